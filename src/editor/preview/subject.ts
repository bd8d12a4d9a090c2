/** The subject of a preview: a prompt file or a published version, and its request to the renderer. */
import { dirname, relative, resolve, sep } from 'node:path';
import * as vscode from 'vscode';
import { PROMPT_FILE_EXTENSION, type PromptName } from '../../core/name.ts';
import { parseVersionReference, type VersionNumber, versionReference } from '../../core/version.ts';
import { shortName } from '../compare/titles.ts';
import { otherProjectOf } from '../connection/other-project.ts';
import { isFile, pathOf, uriOf } from '../files/paths.ts';
import { isVirtual } from '../files/virtual-path.ts';
import { versionUri } from '../versions/open-version.ts';
import { parseVersionUri } from '../versions/uri.ts';
import { fetchVersion } from '../versions/version-files.ts';
import type { Workbench } from '../workbench.ts';
import type { Input } from './form.ts';
import type {
  PreviewFileRequest,
  PreviewProblem,
  PreviewRendered,
  PreviewRequest,
} from './renderer/outcome.ts';
import { versionRequest } from './renderer/version-request.ts';

export interface PreviewSubject {
  readonly uri: vscode.Uri;
  /** The name for people: `support/triage`, `support/triage@12`; the file name outside of the prompts folder. */
  readonly title: string;
  /** Undefined for a file that is not a prompt of the project. */
  readonly prompt: PromptName | undefined;
  /** Only for a published version. */
  readonly version: VersionNumber | undefined;
  /** `<name>.samples.yaml`; undefined if there cannot be one. */
  readonly samplesUri: vscode.Uri | undefined;
}

/** `triage`, `triage@12`: the short name for tabs among all prompts. */
export function shortTitle({ prompt, version, title }: PreviewSubject, all: Iterable<PromptName>): string {
  if (prompt === undefined) return title;
  const name = shortName(prompt, all);
  return version === undefined ? name : `${name}@${version}`;
}

/** Returns true if a document can be previewed. */
export function isPrompt({ languageId, uri }: vscode.TextDocument): boolean {
  return languageId === 'dotprompt' && (isFile(uri) || ['untitled', 'promptforge'].includes(uri.scheme));
}

export async function subjectOf(uri: vscode.Uri, { prompts }: Workbench): Promise<PreviewSubject> {
  const copy = await prompts.workingCopy();
  const samplesOf = (path: string) => uriOf(`${path.slice(0, -PROMPT_FILE_EXTENSION.length)}.samples.yaml`);
  const address = parseVersionUri(uri);
  if (address !== undefined) {
    const { prompt, version } = address;
    return {
      uri,
      title: versionReference(prompt, version),
      prompt,
      version,
      samplesUri: copy && samplesOf(copy.folder.pathOf(prompt)),
    };
  }
  const prompt = isFile(uri) ? await prompts.promptOf(pathOf(uri)) : undefined;
  const name = uri.path.split('/').at(-1) ?? '';
  return {
    uri,
    title:
      prompt ?? (name.endsWith(PROMPT_FILE_EXTENSION) ? name.slice(0, -PROMPT_FILE_EXTENSION.length) : name),
    prompt,
    version: undefined,
    samplesUri: isFile(uri) && uri.path.endsWith(PROMPT_FILE_EXTENSION) ? samplesOf(pathOf(uri)) : undefined,
  };
}

/**
 * Creates the request for the renderer: for a file with the partials around it, including unsaved edits; for a version
 * with its recorded partials.
 * @throws MissingKey, Problem, RegistryUnreachable for a version whose partials cannot be fetched
 */
export async function requestOf(
  subject: PreviewSubject,
  source: string,
  input: Input,
  { prompts, session }: Workbench,
): Promise<PreviewRequest | PreviewFileRequest> {
  const address = parseVersionUri(subject.uri);
  if (address !== undefined) {
    const read = (prompt: PromptName, version: VersionNumber) =>
      fetchVersion(session, { ...address, prompt, version });
    const request = await versionRequest(await read(address.prompt, address.version), read);
    return { ...request, input };
  }
  const { file, shownFrom } = placeOf(subject.uri);
  const own = (await prompts.promptOf(file)) === undefined ? undefined : session.project;
  const root = (own ?? otherProjectOf(file, session)?.project)?.promptsFolder ?? shownFrom;
  return { source, input, file, root, shownFrom, isVirtual: isVirtual(file), unsaved: unsavedPrompts() };
}

/** The document of a partial, by its id in a rendering. */
export function partialUri(
  subject: PreviewSubject,
  id: string,
  files: PreviewRendered['files'],
): vscode.Uri | undefined {
  const address = parseVersionUri(subject.uri);
  if (address !== undefined) return versionUri(address.registry, parseVersionReference(id));
  const path = files?.get(id);
  return path === undefined ? undefined : uriOf(path);
}

/** The id of a file that is a partial in a rendering. */
export function partialIdOf(uri: vscode.Uri, files: PreviewRendered['files']): string | undefined {
  for (const [id, path] of files ?? []) if (isFile(uri) && path === pathOf(uri)) return id;
  return undefined;
}

/** The id that a version has as a partial of other versions. */
export function versionId(uri: vscode.Uri): string | undefined {
  const address = parseVersionUri(uri);
  return address && versionReference(address.prompt, address.version);
}

/** The document with a problem: the prompt itself, or the file of a partial. */
export function blamedUri(subject: PreviewSubject, { file }: PreviewProblem): vscode.Uri {
  if (file === undefined || file === placeOf(subject.uri).file) return subject.uri;
  return uriOf(file);
}

/**
 * The assumed place of a prompt that was never saved: the top folder, so that it finds partials shared by all prompts.
 */
function placeOf(uri: vscode.Uri): { readonly file: string; readonly shownFrom: string } {
  const around = vscode.workspace.getWorkspaceFolder(uri) ?? vscode.workspace.workspaceFolders?.[0];
  const top = around === undefined ? process.cwd() : pathOf(around.uri);
  if (!isFile(uri)) return { file: resolve(top, 'untitled.prompt'), shownFrom: top };
  const isInside = !relative(top, pathOf(uri)).startsWith(`..${sep}`);
  return { file: pathOf(uri), shownFrom: isInside ? top : dirname(pathOf(uri)) };
}

function unsavedPrompts(): Map<string, string> {
  const unsaved = vscode.workspace.textDocuments.filter(
    ({ isDirty, languageId, uri }) => isDirty && languageId === 'dotprompt' && isFile(uri),
  );
  return new Map(unsaved.map(document => [pathOf(document.uri), document.getText()]));
}
