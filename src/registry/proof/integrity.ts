/**
 * Verifies that the log still extends what this process has seen and signed of it. If it does not, or anything else
 * does not match, the registry is broken until an operator acts: it neither writes nor signs, delivers only from
 * memory, and records this outside its database, so that it is not served after a restart either.
 */
import { CHAIN_START, type ChainHead } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import { broken as brokenLog } from '../store/broken.ts';
import { logHead } from '../store/log.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot } from '../store/store.ts';
import type { HeadFile } from './head-file.ts';

export interface Integrity {
  /** The problem, for the operator; null if none is known. */
  broken(): string | null;
  /** @throws Problem `log_broken` once something is known to be wrong */
  checkIntact(): void;
  /** The furthest head that this process has seen. A snapshot opened later must include it. */
  seen(): ChainHead;
  /** Must be called with each committed head. */
  saw(head: ChainHead): void;
  /**
   * Verifies that the log in a snapshot extends `before`.
   * @returns the end of the log
   * @throws Problem `log_broken`, after the alarm, if it does not
   */
  check(snapshot: ReadSnapshot, before: ChainHead): Promise<ChainHead>;
  /** Reports that something does not match; raises the alarm once. */
  report(error: Error): void;
  /** Tries again to record a finding, if that failed. */
  close(): void;
}

export interface IntegrityParts {
  /** Without it, what this process has seen and found is lost when it ends. */
  readonly heads?: HeadFile | undefined;
  /** The head seen by another thread of this process, if there is no file. */
  readonly seen?: ChainHead | undefined;
  /** The alarm, raised once. */
  readonly onBroken: (error: Error) => void;
  /** Called if a finding cannot be recorded. */
  readonly onFault: (error: unknown) => void;
}

/** The same sentence for everybody: only the operator learns what does not match. */
export const LOG_BROKEN =
  'The log of this registry was changed by other means than PromptForge. Nothing is written or signed, and only what was in memory before is delivered, until whoever runs it has restored it: "promptforge verify" and the log of the process say what does not fit.';

/** The time before it tries again to record a finding, in ms. */
const AGAIN = 1000;

export function integrity({ heads, seen: known, onBroken, onFault }: IntegrityParts): Integrity {
  let seen: ChainHead = heads?.read().checkpoint ?? known ?? CHAIN_START;
  let broken: string | null = null;
  /** Set while a finding could not be recorded. */
  let again: NodeJS.Timeout | undefined;

  function keep(): void {
    if (heads === undefined || broken === null) return;
    clearTimeout(again);
    try {
      remember(heads, broken);
      again = undefined;
    } catch (fault) {
      if (again === undefined) onFault(fault);
      again = setTimeout(keep, AGAIN).unref();
    }
  }

  const own: Integrity = {
    broken: () => broken,
    checkIntact() {
      if (broken !== null) throw new Problem('log_broken', LOG_BROKEN);
    },
    seen: () => seen,
    saw({ seq, hash }) {
      if (seq > seen.seq) seen = { seq, hash };
    },
    async check(snapshot, before) {
      own.checkIntact();
      const head = await logHead(snapshot);
      const why = await verifyExtension(snapshot, before, head);
      if (why !== undefined) {
        own.report(brokenLog(why));
        own.checkIntact();
      }
      return head;
    },
    report(error) {
      if (broken !== null) return;
      broken = error.message;
      onBroken(error);
      keep();
    },
    close() {
      if (again === undefined) return;
      keep();
      clearTimeout(again);
    },
  };
  return own;
}

function remember(heads: HeadFile, message: string): void {
  if (!heads.isInPlace()) {
    // SQLite does not write to a moved file, and the next process opens the file in its place.
    const successor = heads.successor();
    try {
      remember(successor, message);
    } finally {
      successor.close();
    }
    return;
  }
  for (;;) {
    const { revision, checkpoint, broken } = heads.read();
    if (broken !== null) return;
    if (heads.replace(revision, { checkpoint, broken: { at: new Date().toISOString(), message } })) return;
  }
}

/** Why the log that ends at `head` does not continue `before`; undefined if it does. */
export async function verifyExtension(
  snapshot: ReadSnapshot,
  before: ChainHead,
  head: ChainHead,
): Promise<string | undefined> {
  if (before.seq === 0) return undefined;
  if (head.seq < before.seq)
    return `It ends with event ${head.seq}, but event ${before.seq} was there before: its end was cut, or an older copy took its place.`;
  const hash = head.seq === before.seq ? head.hash : (await hashAt(snapshot, before))[0]?.hash;
  if (hash === before.hash) return undefined;
  return `Event ${before.seq} has the hash ${hash ?? 'of no event'} now, but had ${before.hash} before: the log was rewritten, or is of another registry.`;
}

const hashAt = preparedQuery((database, { seq }: { readonly seq: number }) =>
  database.selectFrom('events').select('hash').where('seq', '=', seq),
);
