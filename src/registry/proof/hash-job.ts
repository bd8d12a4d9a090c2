/** Messages of the thread that hashes beside a verification. */
import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Digest, digestOf } from '../../core/digest.ts';
import { isEqual, macOf } from '../store/macs.ts';

export interface HashingOrder {
  /** An SQLite database. */
  readonly file: string;
  /** Shared: how many jobs were found to fit, one after the other; whether it stopped there; and who has which job. */
  readonly counts: Int32Array;
}

/** Jobs that may wait: the thread always has one, and what is kept for them stays small. */
export const ROOM = 32;

export const FITTING = 0;
export const STOPPED = 1;
const CLAIMS = 2;
export const COUNTS = CLAIMS + ROOM;
const NOBODY = 0;
const SOMEBODY = 1;

/** To be called before anybody may claim the job of this number, when the one of `number - ROOM` is done. */
export function offer(counts: Int32Array, number: number): void {
  Atomics.store(counts, CLAIMS + (number % ROOM), NOBODY);
}

/** @returns whether whoever asks is the first, and does the job */
export function claim(counts: Int32Array, number: number): boolean {
  return Atomics.compareExchange(counts, CLAIMS + (number % ROOM), NOBODY, SOMEBODY) === NOBODY;
}

/** Texts and lists of them: of many objects a thread gets a copy in twice the time. */
export type HashJob =
  | {
      readonly kind: 'macs';
      readonly secret: KeyObject;
      readonly seqs: readonly number[];
      readonly hashes: readonly Digest[];
      readonly macs: readonly string[];
    }
  | {
      readonly kind: 'versions';
      /** Of these events are they all. */
      readonly after: number;
      readonly until: number;
      readonly count: number;
      /** JSON of the rows, in the order of the log: of each a list of VERSION_COLUMNS. */
      readonly rows: string;
    };

/** Of a version, as the event tells of it that published it. */
export const VERSION_COLUMNS = [
  'digest',
  'seq',
  'prompt',
  'version',
  'base',
  'message',
  'author',
  'published_at',
  'bytes',
  'partials',
] as const;
const DIGEST = VERSION_COLUMNS.indexOf('digest');

/** @returns whether everything in the job fits. @throws errors of node:sqlite */
export function hasher(database: DatabaseSync): (job: HashJob) => boolean {
  const versions = database.prepare(
    `SELECT CASE WHEN octet_length(source) = bytes THEN source END, ${VERSION_COLUMNS.join(', ')}
      FROM versions WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
  );
  // Node 22 has it from 22.16 on.
  if ('setReturnArrays' in versions) versions.setReturnArrays(true);
  return job => (job.kind === 'macs' ? haveTheirMacs(job) : areThere(job, versions));
}

function haveTheirMacs({ secret, seqs, hashes, macs }: HashJob & { readonly kind: 'macs' }): boolean {
  const made = seqs.map((seq, index) => macOf(secret, { seq, hash: hashes[index] as Digest }));
  // All at once; a line each, so that none is taken for a part of the next.
  return isEqual(made.join('\n'), macs.join('\n'));
}

function areThere(
  { after, until, count, rows }: HashJob & { readonly kind: 'versions' },
  versions: StatementSync,
): boolean {
  const found: unknown[][] = versions.all(after, until, count + 1).map(row => Object.values(row));
  const sources = found.map(row => row.shift());
  if (JSON.stringify(found) !== rows) return false;
  return sources.every(
    (source, index) => typeof source === 'string' && digestOf(source) === found[index]?.[DIGEST],
  );
}
