/**
 * Writes that wait at the same time share one transaction, as databases themselves do with their commits: what costs
 * most is to wait for the disk, and one wait serves them all. Each is still done whole or not at all.
 */
import { notedIn } from './noted.ts';
import { type ReadAhead, readAhead } from './read-ahead.ts';
import { forget } from './remembered.ts';
import type { WriteTransaction } from './store.ts';

export type TransactionWork<T> = (transaction: WriteTransaction) => Promise<T>;

export interface SharedCommits {
  /**
   * Runs `work` in a transaction with whatever else waits, once, and resolves when that is committed.
   * @param ahead what it begins with, where the database is on a server
   * @throws what `work` threw, after which nothing of it is left; else what kept all of them from being committed
   */
  write<T>(work: TransactionWork<T>, ahead?: ReadAhead): Promise<T>;
}

export interface SharedCommitsOptions {
  /** Runs all that is given in one transaction and commits it; rejects when nothing of it was committed, or nobody knows. */
  readonly commit: (all: TransactionWork<void>) => Promise<void>;
  readonly savepoints: Savepoints;
  /** How long to wait for one's turn, in ms. */
  readonly patience: number;
  /** What to throw after that. */
  readonly tooLong: () => Error;
}

/** What one of several writes did is taken back by going back to where it began. */
export interface Savepoints {
  set(transaction: WriteTransaction): Promise<unknown>;
  /** Rejects where `error` is one after which the whole transaction is lost, or to be made again. */
  back(transaction: WriteTransaction, error: unknown): Promise<unknown>;
}

/** More at once save little, and the first of them would wait long. */
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
      // Who has arrived already, but was not read yet, comes along.
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

/** What came of each, after all of them that did not fail are committed. */
async function outcomesOf(
  writes: readonly Write[],
  options: SharedCommitsOptions,
): Promise<readonly Outcome[]> {
  if (writes.length === 1) return allOrNothing(writes, options);
  try {
    // Most often none is refused, and a savepoint for each would be for nothing.
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
    // The database may have asked for the transaction to be made again.
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
