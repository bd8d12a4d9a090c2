/** Records the heads that a witness saw: one line of JSON each, in a file, which is committed to git if requested. */
import { execFile } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { checkpoint as checkpointSchema } from '../../contract/checkpoint.ts';
import type { Checkpoint } from '../../core/checkpoint.ts';
import { nearest } from '../../core/near.ts';
import { systemErrorReason } from '../../disk/system-error.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';

export interface HeadLog {
  readonly path: string;
  /** The last head of this registry that continued its predecessor; null if there is none yet. */
  last(): Promise<Checkpoint | null>;
  keep(checkpoint: Checkpoint): Promise<void>;
  /** Records an alarm, once. @param found the checkpoint that is signed now, as evidence; null if there is none */
  alarm(message: string, found: Checkpoint | null): Promise<void>;
}

const GIT = 'git:';
const FILE_IN_GIT = 'heads.jsonl';

/** @throws CommandFailure if the location cannot be used */
export async function openHeadLog(to: string, registry: string, push: boolean): Promise<HeadLog> {
  const isGit = to.startsWith(GIT);
  const [, kind = ''] = /^(\w{2,}):/.exec(to) ?? [];
  if (!isGit && nearest(kind, ['git']) !== undefined)
    throw new CommandFailure(
      EXIT.usage,
      `"${kind}:" is not supported. Did you mean "git:"? For a file with this name, write "./${to}".`,
    );
  if (push && !isGit)
    throw new CommandFailure(EXIT.usage, '--push needs a git repository: --to git:<folder>.');
  const path = isGit ? join(resolve(to.slice(GIT.length)), FILE_IN_GIT) : resolve(to);
  if (isGit) await git(path, 'rev-parse', '--git-dir');
  const write = async (entry: object, subject: string): Promise<void> => {
    await append(path, { registry, seenAt: new Date().toISOString(), ...entry });
    if (!isGit) return;
    await git(path, 'add', '--', basename(path));
    await git(path, 'commit', '--quiet', '--message', subject, '--', basename(path));
    if (push) await git(path, 'push', '--quiet');
  };
  return {
    path,
    last: async () => lastIn(await lines(path), registry, path),
    keep: checkpoint => write({ checkpoint }, `Keep event ${checkpoint.seq} of ${new URL(registry).host}`),
    async alarm(message, found) {
      // Already reported and unchanged.
      const all = await lines(path);
      const same = all.some(text => isAlarm(text, registry, found));
      if (!same) await write({ alarm: message, found }, `ALARM about ${new URL(registry).host}`);
    },
  };
}

/** Reads the complete lines: one that a crash cut off is ignored. */
async function lines(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unusable(path, systemErrorReason(cause), cause);
  }
}

function lastIn(all: readonly string[], registry: string, path: string): Checkpoint | null {
  for (const [index, text] of [...all.entries()].reverse()) {
    const entry = entryOf(text);
    if (entry === undefined) throw unusable(path, `line ${index + 1} was not written by a witness`);
    if (entry['registry'] !== registry || entry['checkpoint'] === undefined) continue;
    const parsed = checkpointSchema.safeParse(entry['checkpoint']);
    if (!parsed.success) throw unusable(path, `line ${index + 1} has no checkpoint`);
    return parsed.data;
  }
  return null;
}

function isAlarm(text: string, registry: string, found: Checkpoint | null): boolean {
  const entry = entryOf(text);
  if (entry?.['registry'] !== registry || entry['alarm'] === undefined) return false;
  const signed = entry['found'] as Checkpoint | null;
  return signed?.seq === found?.seq && signed?.hash === found?.hash;
}

function entryOf(text: string): Record<string, unknown> | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    return typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Appends an entry, on disk when it resolves. */
async function append(path: string, entry: object): Promise<void> {
  try {
    await using handle = await open(path, 'a+', 0o600);
    const text = await handle.readFile('utf8');
    // A line that a crash cut off is overwritten.
    await handle.truncate(Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
    await handle.appendFile(`${JSON.stringify(entry)}\n`);
    await handle.sync();
  } catch (cause) {
    throw unusable(path, systemErrorReason(cause), cause);
  }
}

async function git(path: string, ...args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('git', ['-C', dirname(path), ...args]);
  } catch (cause) {
    const { stderr = '', message } = cause as { stderr?: string; message: string };
    const [told = ''] = (stderr || message).trim().split('\n');
    throw new CommandFailure(EXIT.environment, `git ${args[0]} failed in ${dirname(path)}: ${told}`, {
      cause,
    });
  }
}

function unusable(path: string, why: string, cause?: unknown): CommandFailure {
  return new CommandFailure(
    EXIT.environment,
    `The heads in ${path} cannot be used: ${why}. Check the path, or restore the file: the witness compares with it.`,
    { cause },
  );
}
