/**
 * Lets writes that wait at the same time share one transaction, like the group commit of databases: waiting for the
 * disk costs most, and one wait is enough for all. Each write is still atomic.
 */
import { notedIn } from './noted.ts';
import { type ReadAhead, readAhead } from './read-ahead.ts';
import { forget } from './remembered.ts';
import type { WriteTransaction } from './store.ts';

export type TransactionWork<T> = (transaction: WriteTransaction) => Promise<T>;

export interface SharedCommits {
  /**
   * Runs `work` in one transaction with the other waiting writes, and resolves when it is committed.
   * @param ahead the queries that it begins with, for a database on a server
   * @throws the error of `work`, whose changes are undone; or the error that prevented the commit of all
   */
  write<T>(work: TransactionWork<T>, ahead?: ReadAhead): Promise<T>;
}

export interface SharedCommitsOptions {
  /** Runs `all` in one transaction and commits it; rejects if nothing was committed, or if that is unknown. */
  readonly commit: (all: TransactionWork<void>) => Promise<void>;
  readonly savepoints: Savepoints;
  /** How long a write waits for its turn, in ms. */
  readonly patience: number;
  /** The error after that. */
  readonly tooLong: () => Error;
}

/** Undoes one of several writes by returning to the point where it began. */
export interface Savepoints {
  set(transaction: WriteTransaction): Promise<unknown>;
  /** Rejects if the whole transaction is lost after `error`, or must be repeated. */
  back(transaction: WriteTransaction, error: unknown): Promise<unknown>;
}

/** More at once would save little, and the first would wait long. */
const MOST = 32;

/** One of several writes. */
interface Write {
  readonly work: TransactionWork<unknown>;
  readonly ahead: ReadAhead | undefined;
}

interface Waiting extends Write {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

export function sharedCommits(options: SharedCommitsOptions): SharedCommits {
  const { patience, tooLong } = options;
  const waiting = new Set<Waiting>();
  let running = false;

  return {
    write<T>(work: TransactionWork<T>, ahead?: ReadAhead) {
      return new Promise<T>((resolve, reject) => {
        const one: Waiting = {
          work,
          ahead,
          resolve: resolve as (value: unknown) => void,
          reject,
          timer: setTimeout(() => {
            if (waiting.delete(one)) reject(tooLong());
          }, patience),
        };
        waiting.add(one);
        if (!running) void run();
      });
    },
  };

  async function run(): Promise<void> {
    running = true;
    while (waiting.size > 0) {
      // Includes requests that have arrived but were not read yet.
      await new Promise(resolve => setImmediate(resolve));
      const group = [...waiting].slice(0, MOST);
      for (const each of group) {
        clearTimeout(each.timer);
        waiting.delete(each);
      }
      await settle(group);
    }
    running = false;
  }

  async function settle(group: readonly Waiting[]): Promise<void> {
    let outcomes: readonly Outcome[];
    try {
      outcomes = await outcomesOf(group, options);
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const [index, outcome] of outcomes.entries()) {
      if ('error' in outcome) group[index]?.reject(outcome.error);
      else group[index]?.resolve(outcome.value);
    }
  }
}

/** The outcome of each write, once those that did not fail are committed. */
async function outcomesOf(
  writes: readonly Write[],
  options: SharedCommitsOptions,
): Promise<readonly Outcome[]> {
  if (writes.length === 1) return allOrNothing(writes, options);
  try {
    // Usually none is refused, so savepoints would be wasted.
    return await allOrNothing(writes, {
      commit: all =>
        options.commit(transaction =>
          all(transaction).catch(error => {
            throw new OneFailed(error);
          }),
        ),
    });
  } catch (error) {
    if (!(error instanceof OneFailed)) throw error;
    return eachByItself(writes, options);
  }
}

/** One of several failed, before anything was committed. */
class OneFailed extends Error {
  constructor(cause: unknown) {
    super('One of several writes failed.', { cause });
  }
}

async function allOrNothing(
  writes: readonly Write[],
  { commit }: Pick<SharedCommitsOptions, 'commit'>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  await commit(async transaction => {
    // The transaction may be a repetition.
    outcomes.length = 0;
    const rows = await readAhead(
      transaction,
      writes.map(({ ahead }) => ahead),
    );
    for (const [index, { work }] of writes.entries())
      outcomes.push({ value: await rows.during(index, () => work(transaction)) });
  });
  return outcomes;
}

async function eachByItself(
  writes: readonly Write[],
  { commit, savepoints }: SharedCommitsOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  await commit(async transaction => {
    outcomes.length = 0;
    for (const { work, ahead } of writes) {
      await savepoints.set(transaction);
      const { events } = notedIn(transaction);
      const before = events.length;
      try {
        const rows = await readAhead(transaction, [ahead]);
        outcomes.push({ value: await rows.during(0, () => work(transaction)) });
      } catch (error) {
        await savepoints.back(transaction, error).catch(() => {
          throw error;
        });
        forget(transaction);
        events.length = before;
        outcomes.push({ error });
      }
    }
  });
  return outcomes;
}
