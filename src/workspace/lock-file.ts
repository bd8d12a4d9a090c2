/**
 * `promptforge.lock.json`: the version that each file is based on. Sorted and one prompt a line, so that git merges
 * it line by line and a review shows which prompts moved.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { type Digest, isDigest } from '../core/digest.ts';
import { type PromptName, whyNotPromptName } from '../core/name.ts';
import { positionAt } from '../core/source-position.ts';
import { isVersionNumber, type VersionNumber } from '../core/version.ts';
import type { FileSystem } from './file-system.ts';
import { decodeText, NOT_UTF_8, readJsonText, type TextProblem } from './json-text.ts';
import { systemMessage, WorkspaceError } from './workspace-error.ts';

export const LOCK_FILE = 'promptforge.lock.json';
const LOCK_VERSION = 1;

export interface LockEntry {
  readonly version: VersionNumber;
  readonly digest: Digest;
}
export type Lock = ReadonlyMap<PromptName, LockEntry>;

const entry = z.strictObject(
  {
    version: z.custom<VersionNumber>(isVersionNumber, 'it is not a version number'),
    digest: z.custom<Digest>(value => typeof value === 'string' && isDigest(value), 'it is not a digest'),
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? 'it has a name that means nothing here' : 'it is not an object',
  },
);
const lockFile = z.object(
  {
    lockVersion: z.literal(LOCK_VERSION, `it is not ${LOCK_VERSION}`),
    // Its names are checked one by one: zod's records leave out `__proto__`, which is a prompt name as any other.
    prompts: z.custom<Record<string, unknown>>(
      value => typeof value === 'object' && value !== null && !Array.isArray(value),
      'it is not an object',
    ),
  },
  'it is not an object',
);

/** The lock in the bytes of a file. @throws WorkspaceError `invalid_lock_file` at the place */
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

/** The first thing that is wrong with a lock file's text. */
export function lockProblem(text: string): TextProblem | undefined {
  const read = readLockText(text);
  return 'problem' in read ? read.problem : undefined;
}

function readLockText(text: string): { readonly lock: Lock } | { readonly problem: TextProblem } {
  const read = readJsonText(text);
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
    const why = whyNotPromptName(name);
    if (why !== undefined) return refused(['prompts', name], why.replace(/\.$/, ''), { what: 'key' });
    const checked = entry.safeParse(value);
    const [issue] = checked.error?.issues ?? [];
    if (!checked.success)
      return refused(['prompts', name, ...(issue?.path ?? [])], issue?.message ?? 'wrong');
    lock.set(name as PromptName, checked.data);
  }
  return { lock };
}

/** The text of a lock file: the same for the same lock, whatever the order it was made in. */
export function lockText(lock: Lock): string {
  const lines = [...lock]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { version, digest }]) =>
        `    ${JSON.stringify(name)}: {"version": ${version}, "digest": ${JSON.stringify(digest)}}`,
    );
  const prompts = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`;
  return `{\n  "lockVersion": ${LOCK_VERSION},\n  "prompts": ${prompts}\n}\n`;
}

/** Empty when there is no lock file yet. @throws WorkspaceError `invalid_lock_file`, `unreadable` */
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

/** @throws WorkspaceError `not_writable`; the file is as before then */
export async function writeLock(root: string, lock: Lock, files: FileSystem): Promise<void> {
  const file = join(root, LOCK_FILE);
  try {
    await files.writeFile(file, Buffer.from(lockText(lock)));
  } catch (cause) {
    throw new WorkspaceError('not_writable', file, `The file cannot be written: ${systemMessage(cause)}`, {
      cause,
      shownAs: LOCK_FILE,
    });
  }
}
