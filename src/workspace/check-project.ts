/** Checks the text of a `promptforge.json` without reading other files. Each error has a position and a correction. */
import { registryAddress, validateRegistryUrl } from '../client/address.ts';
import { wordsOfJsonValue } from '../core/json-words.ts';
import { KEY_LIKE, redactKeys } from '../core/key.ts';
import { type JsonText, readJsonText, type TextProblem } from './json-text.ts';
import type { WorkspaceReason } from './workspace-error.ts';

export const EMBEDDED = 'embedded';
export const DEFAULT_FOLDER = 'prompts';

export interface ProjectValues {
  /** A registry's URL without a trailing slash, or `embedded`. */
  readonly registry: string;
  /** The prompts folder relative to the root, with forward slashes. */
  readonly prompts: string;
  /** Keys of front matter that prompts may have besides Dotprompt's and Genkit's. */
  readonly frontMatterKeys: readonly string[];
}

export interface ProjectProblem extends TextProblem {
  /** Undefined for a harmless problem, such as an unknown name. */
  readonly reason:
    | Extract<WorkspaceReason, 'invalid_project_file' | 'secret_in_project_file' | 'outside'>
    | undefined;
}

export interface CheckedProject {
  /** Undefined if any of the problems has a reason. */
  readonly values: ProjectValues | undefined;
  /** The most important problem first. */
  readonly problems: readonly ProjectProblem[];
}

/** `$schema` is for editors. */
const KNOWN_KEYS: ReadonlySet<string> = new Set(['registry', 'prompts', 'frontMatterKeys', '$schema']);
const WHOLE = 'A whole file reads {"registry": "embedded", "prompts": "prompts"}.';
const WRITE_REGISTRY = `Write "registry": "${EMBEDDED}", or "registry": "https://prompts.example.com".`;
const WRITE_PROMPTS = `Write "prompts": "${DEFAULT_FOLDER}".`;

/** Never throws. No message repeats a secret. */
export function checkProject(text: string): CheckedProject {
  const secrets = [...text.matchAll(KEY_LIKE)].map(
    ({ 0: key, index }): ProjectProblem => ({
      reason: 'secret_in_project_file',
      message:
        'A key stands here, and this file goes into git. Take it out, revoke it, and set a new one in the editor, which keeps it in the keychain.',
      range: { start: index, end: index + key.length },
    }),
  );
  const read = readJsonText(text);
  if ('problem' in read) {
    const { message, range, isSyntax } = read.problem;
    const problem = { message: isSyntax ? `${message} ${WHOLE}` : message, range };
    return {
      values: undefined,
      problems: [...secrets, { reason: 'invalid_project_file', ...problem }],
    };
  }
  const { json } = read;
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) {
    const message = `The file must be an object, not ${wordsOfJsonValue(json.value)}. ${WHOLE}`;
    const problem = { reason: 'invalid_project_file', message, range: json.rangeOf([]) } as const;
    return { values: undefined, problems: [...secrets, problem] };
  }
  const {
    registry,
    prompts = DEFAULT_FOLDER,
    frontMatterKeys = [],
  } = json.value as Readonly<Record<string, unknown>>;
  const folder = typeof prompts === 'string' ? withForwardSlashes(prompts) : '';
  const problems = [
    ...secrets,
    ...problemsOfRegistry(registry, json),
    ...problemsOfPrompts(prompts, folder, json),
    ...problemsOfKeys(frontMatterKeys, json),
    ...unknownNames(json),
  ];
  if (typeof registry !== 'string' || problems.some(({ reason }) => reason !== undefined))
    return { values: undefined, problems };
  const address = registry === EMBEDDED ? EMBEDDED : registryAddress(registry);
  const values = { registry: address, prompts: folder };
  return { values: { ...values, frontMatterKeys: frontMatterKeys as readonly string[] }, problems };
}

function problemsOfRegistry(registry: unknown, json: JsonText): ProjectProblem[] {
  const problem = (message: string, isSecret = false): ProjectProblem[] => [
    {
      reason: isSecret ? 'secret_in_project_file' : 'invalid_project_file',
      message: `${message} ${WRITE_REGISTRY}`,
      range: json.rangeOf(['registry']),
    },
  ];
  if (registry === undefined) {
    const [missing] = problem('"registry" is missing.');
    const { start } = json.rangeOf([]);
    return missing === undefined ? [] : [{ ...missing, range: { start, end: start + 1 } }];
  }
  if (typeof registry !== 'string')
    return problem(`"registry" must be text, not ${wordsOfJsonValue(registry)}.`);
  const why = registry === EMBEDDED ? undefined : validateRegistryUrl(registry);
  if (why === undefined) return [];
  const url = URL.parse(registry);
  const isSecret = url !== null && url.username + url.password !== '';
  return problem(`"registry" is neither "${EMBEDDED}" nor a URL that can be used. ${why}`, isSecret);
}

function problemsOfPrompts(prompts: unknown, folder: string, json: JsonText): ProjectProblem[] {
  const range = json.rangeOf(['prompts']);
  if (typeof prompts !== 'string') {
    const message = `"prompts" must be text, not ${wordsOfJsonValue(prompts)}. ${WRITE_PROMPTS}`;
    return [{ reason: 'invalid_project_file', message, range }];
  }
  const why = whyOutside(folder);
  return why === undefined
    ? []
    : [{ reason: 'outside', message: `"prompts" ${why} ${WRITE_PROMPTS}`, range }];
}

function problemsOfKeys(keys: unknown, json: JsonText): ProjectProblem[] {
  const problem = (message: string, path: (string | number)[]): ProjectProblem => ({
    reason: 'invalid_project_file',
    message: `${message} Write "frontMatterKeys": ["owner"].`,
    range: json.rangeOf(path),
  });
  const at = ['frontMatterKeys'];
  if (!Array.isArray(keys))
    return [problem(`"frontMatterKeys" must be a list, not ${wordsOfJsonValue(keys)}.`, at)];
  if (keys.length > MAX_FRONT_MATTER_KEYS)
    return [problem(`"frontMatterKeys" has at most ${MAX_FRONT_MATTER_KEYS} keys.`, at)];
  return keys.flatMap((key, index) => {
    if (typeof key !== 'string')
      return [problem(`A key of front matter must be text, not ${wordsOfJsonValue(key)}.`, [...at, index])];
    return key !== '' && [...key].length <= 100
      ? []
      : [problem('A key of front matter has 1 to 100 characters.', [...at, index])];
  });
}

const MAX_FRONT_MATTER_KEYS = 200;

function unknownNames(json: JsonText): ProjectProblem[] {
  return Object.keys(json.value as object)
    .filter(key => !KNOWN_KEYS.has(key))
    .map(key => ({
      reason: undefined,
      message: `"${redactKeys(key).slice(0, 60)}" has no meaning here. Remove it: only "registry", "prompts" and "frontMatterKeys" have one.`,
      range: json.rangeOf([key], 'key'),
    }));
}

/** Normalizes Windows' separators and redundant parts ("./", "//" inside, "/" at the end). */
function withForwardSlashes(folder: string): string {
  const segments = folder.replaceAll('\\', '/').split('/');
  return segments.filter((segment, index) => segment !== '.' && (segment !== '' || index === 0)).join('/');
}

/** Returns why a text is no prompts folder, as a sentence without its subject; undefined if it is one. */
export function validatePromptsFolder(folder: string): string | undefined {
  return whyOutside(withForwardSlashes(folder));
}

/**
 * Returns why a folder, given with forward slashes, is not inside the workspace; undefined if it is. The empty string
 * and "." are the workspace itself.
 */
function whyOutside(folder: string): string | undefined {
  if (/^(?:\/|[a-zA-Z]:)/.test(folder)) return 'must be a folder inside the workspace, relative to it.';
  if (folder.split('/').includes('..')) return 'must stay inside the workspace: ".." leads out of it.';
  if (folder === '' || folder === '.') return 'must name a folder of its own inside the workspace.';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f]/.test(folder)) return 'holds a control character.';
  return undefined;
}
