/**
 * `promptforge.lock.json`: the version that each file is based on. Sorted, with one prompt per line, so that git merges
 * it by line and reviews show which prompts changed.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { type Digest, isDigest } from '../core/digest.ts';
import type { PublishedText } from '../core/line-endings.ts';
import { isPromptName, type PromptName, validatePromptName } from '../core/name.ts';
import { positionAt } from '../core/source-position.ts';
import { isVersionNumber, type VersionNumber } from '../core/version.ts';
import type { FileSystem } from './file-system.ts';
import { CONFLICT, decodeText, NOT_UTF_8, readJsonText, type TextProblem } from './json-text.ts';
import { systemMessage, WorkspaceError } from './workspace-error.ts';

export const LOCK_FILE = 'promptforge.lock.json';
const LOCK_VERSION = 1;

export interface LockEntry extends PublishedText {
  readonly version: VersionNumber;
}
export type Lock = ReadonlyMap<PromptName, LockEntry>;

const UNKNOWN_NAME = 'it has a name that this release does not know';
const digest = z.custom<Digest>(value => typeof value === 'string' && isDigest(value), 'it is not a digest');
const entry = z.strictObject(
  {
    version: z.custom<VersionNumber>(isVersionNumber, 'it is not a version number'),
    digest,
    text: digest.optional(),
  },
  {
    error: ({ code }) => (code === 'unrecognized_keys' ? UNKNOWN_NAME : 'it is not an object'),
  },
);
const lockFile = z.object(
  {
    lockVersion: z.literal(LOCK_VERSION, `it is not ${LOCK_VERSION}`),
    // Names are checked one by one, because zod's records omit `__proto__`, which is a valid prompt name.
    prompts: z.custom<Record<string, unknown>>(
      value => typeof value === 'object' && value !== null && !Array.isArray(value),
      'it is not an object',
    ),
  },
  'it is not an object',
);

/** Parses the bytes of a lock file. @throws WorkspaceError `invalid_lock_file` with the position */
export function parseLock(bytes: Uint8Array, file: string): Lock {
  const text = decodeText(bytes);
  if (text === undefined)
    throw new WorkspaceError('invalid_lock_file', file, NOT_UTF_8, { shownAs: LOCK_FILE });
  const read = readLockText(text);
  if ('lock' in read) return read.lock;
  const { message, range } = read.problem;
  const place = positionAt(text, range.start);
  throw new WorkspaceError('invalid_lock_file', file, message, { place, shownAs: LOCK_FILE });
}

/** The first error in a lock file's text; undefined if it is valid. */
export function lockProblem(text: string): TextProblem | undefined {
  const read = readLockText(text);
  return 'problem' in read ? read.problem : undefined;
}

/** The lock in a file's text, or the first error in it. */
export function readLockText(text: string): { readonly lock: Lock } | { readonly problem: TextProblem } {
  const written = readWritten(text);
  if (written !== undefined) return { lock: written };
  const read = readJsonText(text);
  if ('problem' in read && read.problem.message === CONFLICT)
    return {
      problem: {
        ...read.problem,
        message:
          'This is a merge conflict. Pull (in VS Code, or promptforge pull): it resolves what the merge base and the files tell. Or resolve it with git.',
      },
    };
  if ('problem' in read) return read;
  const { json } = read;
  const refused = (
    path: readonly PropertyKey[],
    why: string,
    { what = 'value' as 'key' | 'value', todo = 'Take the file from git again.' } = {},
  ) => {
    const keys = path.filter(key => typeof key !== 'symbol');
    const subject = keys.length === 0 ? 'The file' : `"${keys.join('.')}"`;
    const message = `${subject} is not as PromptForge writes it: ${why}. ${todo}`;
    return { problem: { message, range: json.rangeOf(keys, what) } };
  };
  const parsed = lockFile.safeParse(json.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const { lockVersion } = { lockVersion: undefined, ...(json.value as { lockVersion?: unknown }) };
    return typeof lockVersion === 'number' && lockVersion > LOCK_VERSION
      ? refused(['lockVersion'], 'it is of a newer one', { todo: 'Update PromptForge.' })
      : refused(issue?.path ?? [], issue?.message ?? 'wrong');
  }
  const lock = new Map<PromptName, LockEntry>();
  for (const [name, value] of Object.entries(parsed.data.prompts)) {
    const why = validatePromptName(name);
    if (why !== undefined) return refused(['prompts', name], why.replace(/\.$/, ''), { what: 'key' });
    const checked = entry.safeParse(value);
    const [issue] = checked.error?.issues ?? [];
    if (!checked.success)
      return refused(['prompts', name, ...(issue?.path ?? [])], issue?.message ?? 'wrong', {
        // A newer release may have written it.
        ...(issue?.message === UNKNOWN_NAME && {
          todo: 'Update PromptForge, or take the file from git again.',
        }),
      });
    lock.set(name as PromptName, checked.data);
  }
  return { lock };
}

const HEAD = `{\n  "lockVersion": ${LOCK_VERSION},\n  "prompts": {\n`;
const END = '  }\n}\n';
/** The fixed parts of a line; its names have no character that JSON escapes. */
const BEFORE_NAME = '    "';
const BEFORE_VERSION = '": {"version": ';
const BEFORE_DIGEST = ', "digest": "';
const BEFORE_TEXT = '", "text": "';
const AFTER_DIGEST = '"}';
const DIGEST_LENGTH = 'sha256:'.length + 64;

/** Parses a lock file as `lockText` writes it, in a tenth of the time of an edited one; undefined for any other. */
function readWritten(text: string): Lock | undefined {
  if (!text.startsWith(HEAD)) return undefined;
  const lock = new Map<PromptName, LockEntry>();
  let before = '';
  let at = HEAD.length;
  for (;;) {
    if (!text.startsWith(BEFORE_NAME, at)) return undefined;
    const nameAt = at + BEFORE_NAME.length;
    const nameEnd = text.indexOf('"', nameAt);
    const versionAt = nameEnd + BEFORE_VERSION.length;
    const versionEnd = text.indexOf(',', versionAt);
    const digestAt = versionEnd + BEFORE_DIGEST.length;
    const digestEnd = digestAt + DIGEST_LENGTH;
    const name = text.slice(nameAt, nameEnd);
    const number = text.slice(versionAt, versionEnd);
    const version = Number(number);
    const digest = text.slice(digestAt, digestEnd);
    const isWritten =
      nameEnd > 0 &&
      text.startsWith(BEFORE_VERSION, nameEnd) &&
      isVersionNumber(version) &&
      String(version) === number &&
      text.startsWith(BEFORE_DIGEST, versionEnd) &&
      isDigest(digest) &&
      // In order, and therefore unique.
      name > before &&
      isPromptName(name);
    if (!isWritten) return undefined;
    const hasText = text.startsWith(BEFORE_TEXT, digestEnd);
    const textAt = digestEnd + BEFORE_TEXT.length;
    const plain = hasText ? text.slice(textAt, textAt + DIGEST_LENGTH) : undefined;
    if (plain !== undefined && !isDigest(plain)) return undefined;
    const end = hasText ? textAt + DIGEST_LENGTH : digestEnd;
    if (!text.startsWith(AFTER_DIGEST, end)) return undefined;
    lock.set(name, plain === undefined ? { version, digest } : { version, digest, text: plain });
    before = name;
    at = end + AFTER_DIGEST.length;
    if (text.startsWith(',\n', at)) at += 2;
    else return text.startsWith(`\n${END}`, at) && text.length === at + 1 + END.length ? lock : undefined;
  }
}

/** The text of a lock file: the same for equal locks, whatever the order of insertion. */
export function lockText(lock: Lock): string {
  const lines = [...lock]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { version, digest, text }]) => {
      const plain = text === undefined ? '' : `, "text": ${JSON.stringify(text)}`;
      return `    ${JSON.stringify(name)}: {"version": ${version}, "digest": ${JSON.stringify(digest)}${plain}}`;
    });
  const prompts = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`;
  return `{\n  "lockVersion": ${LOCK_VERSION},\n  "prompts": ${prompts}\n}\n`;
}

/** Reads the lock file; empty if there is none yet. @throws WorkspaceError `invalid_lock_file`, `unreadable` */
export async function readLock(root: string, files: FileSystem): Promise<Lock> {
  const file = join(root, LOCK_FILE);
  let bytes: Uint8Array | undefined;
  try {
    bytes = await files.readFile(file);
  } catch (cause) {
    throw new WorkspaceError('unreadable', file, `The file cannot be read: ${systemMessage(cause)}`, {
      cause,
      shownAs: LOCK_FILE,
    });
  }
  return bytes === undefined ? new Map() : parseLock(bytes, file);
}
