/**
 * Links that open a version, a promotion or the owners of an environment in VS Code, such as
 * `vscode://promptforge.promptforge/version?ref=support/triage@12&registry=https://prompts.example.com`. Anyone can put
 * one on any page or in any message, so its values are checked here, and nothing is sent to its registry unasked.
 */
import { type EnvironmentName, isEnvironmentName } from './environment.ts';
import type { PromptName } from './name.ts';
import { Problem } from './problem.ts';
import { parseVersionReference, type VersionNumber, versionReference } from './version.ts';

/** The id of the extension, as VS Code's links have it. */
const EXTENSION = 'promptforge.promptforge';
/** Maximum UTF-16 code units of a link's query: more than any name and address together. */
const LONGEST = 4000;
/** Promotions are counted from 1. */
const PROMOTION_ID = /^[1-9][0-9]{0,14}$/;

export type EditorLink = {
  /** The URL of the registry as in the link, not checked. */
  readonly registry: string;
} & (
  | { readonly kind: 'version'; readonly prompt: PromptName; readonly version: VersionNumber }
  | { readonly kind: 'promotion'; readonly id: string }
  /** The change of owners that waits, or the current owners. */
  | { readonly kind: 'owners'; readonly environment: EnvironmentName }
);

/** The link for a page or a message, with its values percent-encoded (RFC 3986). */
export function editorLink(link: EditorLink): string {
  const [name, value] = parameterOf(link);
  const registry = encodeURIComponent(link.registry);
  return `vscode://${EXTENSION}/${link.kind}?${name}=${encodeURIComponent(value)}&registry=${registry}`;
}

function parameterOf(link: EditorLink): [name: string, value: string] {
  switch (link.kind) {
    case 'version':
      return ['ref', versionReference(link.prompt, link.version)];
    case 'promotion':
      return ['id', link.id];
    case 'owners':
      return ['environment', link.environment];
  }
}

/**
 * @param path `/version`, `/promotion` or `/owners`
 * @param query already decoded, as VS Code passes it on
 * @throws Problem `invalid_request`, `invalid_name`
 */
export function parseEditorLink(path: string, query: string): EditorLink {
  if (query.length > LONGEST) throw wrong(`It has more than ${LONGEST} characters.`);
  const given = parametersOf(query);
  const mustHave = (name: string): string => {
    const value = given.get(name) ?? '';
    if (value === '') throw wrong(`It has no "${name}".`);
    return value;
  };
  switch (path) {
    case '/version': {
      const version = parseVersionReference(mustHave('ref'));
      return { kind: 'version', ...version, registry: mustHave('registry') };
    }
    case '/promotion': {
      const id = mustHave('id');
      if (!PROMOTION_ID.test(id)) throw wrong('Its "id" is not the number of a promotion.');
      return { kind: 'promotion', id, registry: mustHave('registry') };
    }
    case '/owners': {
      const environment = mustHave('environment');
      if (!isEnvironmentName(environment)) throw wrong('Its "environment" is not the name of one.');
      return { kind: 'owners', environment, registry: mustHave('registry') };
    }
    default:
      throw wrong('It does not lead to a version, a promotion or owners.');
  }
}

/** A value may contain `=`. A name given twice is ambiguous. */
function parametersOf(query: string): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const part of query.split('&')) {
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at);
    if (given.has(name)) throw wrong(`It has "${name.slice(0, 20)}" twice.`);
    given.set(name, at < 0 ? '' : part.slice(at + 1));
  }
  return given;
}

function wrong(why: string): Problem {
  return new Problem('invalid_request', why);
}
