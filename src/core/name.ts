/** Names of prompts: their grammar (docs/registry.md, "Names"), their files, and how partials are found. */
import { Problem } from './problem.ts';

declare const promptNameBrand: unique symbol;
/** A name such as `support/triage`, checked by `parsePromptName`. */
export type PromptName = string & { readonly [promptNameBrand]: true };

export const MAX_NAME_LENGTH = 200;
export const MAX_NAME_SEGMENTS = 8;
export const PROMPT_FILE_EXTENSION = '.prompt';
/** The grammar as one regular expression, for JSON Schema; `parsePromptName` also rejects device names. */
export const NAME_PATTERN =
  /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?(?:\/[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?){0,7}$/;

const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
/** Names that Windows reserves for devices, with any extension: learn.microsoft.com "Naming Files, Paths, and Namespaces". */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;
/** Such a name in any segment. */
const HAS_WINDOWS_DEVICE = /(?:^|\/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)/i;

/** Why `text` is not a prompt name, in one sentence; undefined if it is one. */
export function validatePromptName(text: string): string | undefined {
  // Fast for valid names, of which ten thousand are read at a time.
  if (text.length <= MAX_NAME_LENGTH && NAME_PATTERN.test(text) && !HAS_WINDOWS_DEVICE.test(text))
    return undefined;
  if (text === '') return 'A prompt name cannot be empty.';
  if (text.length > MAX_NAME_LENGTH)
    return `A prompt name has at most ${MAX_NAME_LENGTH} characters; this one has ${text.length}.`;
  const segments = text.split('/');
  if (segments.length > MAX_NAME_SEGMENTS)
    return `A prompt name has at most ${MAX_NAME_SEGMENTS} segments between slashes; this one has ${segments.length}.`;
  for (const segment of segments) {
    if (segment === '') return 'A prompt name cannot begin or end with "/" or contain "//".';
    if (segment === '.' || segment === '..' || segment === '-')
      return `"${segment}" cannot be a segment of a prompt name.`;
    if (!SEGMENT.test(segment))
      return `The segment "${printable(segment)}" is not allowed: use A–Z, a–z, 0–9, "_", "." and "-", beginning with a letter, a digit or "_".`;
    if (segment.endsWith('.'))
      return `The segment "${segment}" cannot end with ".": Windows drops that dot from files.`;
    if (WINDOWS_DEVICE.test(segment)) return `"${segment}" is a device name on Windows; choose another.`;
  }
  return undefined;
}

/** Escapes control characters, so that a message cannot forge output. */
function printable(text: string): string {
  return JSON.stringify(text.slice(0, 60)).slice(1, -1);
}

/** Parses a prompt name. @throws Problem `invalid_name` with the rule that it breaks. */
export function parsePromptName(text: string): PromptName {
  const why = validatePromptName(text);
  if (why !== undefined) throw new Problem('invalid_name', why);
  return text as PromptName;
}

export function isPromptName(text: string): text is PromptName {
  return validatePromptName(text) === undefined;
}

/** The last segment: `triage` of `support/triage`. */
export function lastSegment(name: PromptName): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The folder: `support` of `support/triage`, the empty string at the root. */
export function folderOf(name: PromptName): string {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? '' : name.slice(0, slash);
}

/** The folders that a prompt is in, the outermost first: `a` and `a/b` of `a/b/c`. */
export function foldersAbove(name: PromptName): string[] {
  const segments = folderOf(name) === '' ? [] : folderOf(name).split('/');
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

/** The innermost folder that both are in; the empty string is the root. */
export function sharedFolder(one: PromptName, other: PromptName): string {
  const theirs = foldersAbove(other);
  return foldersAbove(one).findLast((folder, depth) => folder === theirs[depth]) ?? '';
}

/** Returns whether the prompt is a partial: its last segment begins with `_` (Dotprompt's convention). */
export function isPartial(name: PromptName): boolean {
  return lastSegment(name).startsWith('_');
}

/** The file of a prompt, relative to the prompts folder, with forward slashes. */
export function fileOfPrompt(name: PromptName): string {
  return `${name}${PROMPT_FILE_EXTENSION}`;
}

/** The prompt of a file given relative to the prompts folder, with forward slashes. @throws Problem `invalid_name` */
export function promptOfFile(relativePath: string): PromptName {
  if (!relativePath.endsWith(PROMPT_FILE_EXTENSION))
    throw new Problem('invalid_name', `"${printable(relativePath)}" is not a ${PROMPT_FILE_EXTENSION} file.`);
  return parsePromptName(relativePath.slice(0, -PROMPT_FILE_EXTENSION.length));
}

/**
 * Names that `{{> reference}}` in the prompt `from` may refer to, nearest first: beside it, then in each folder above.
 * `{{> shared/header}}` resolves `shared/_header` in the same way. Empty if no name is possible.
 */
export function partialCandidates(from: PromptName, reference: string): PromptName[] {
  const slash = reference.lastIndexOf('/');
  const file = `${reference.slice(0, slash + 1)}_${reference.slice(slash + 1)}`;
  const folders = folderOf(from) === '' ? [] : folderOf(from).split('/');
  const candidates: PromptName[] = [];
  for (let depth = folders.length; depth >= 0; depth--) {
    const name = [...folders.slice(0, depth), file].join('/');
    if (isPromptName(name)) candidates.push(name);
  }
  return candidates;
}
