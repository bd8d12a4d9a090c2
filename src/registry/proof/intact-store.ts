/** The store of a server that only writes if the log extends what the process has seen of it. */
import type { ChainHead } from '../../core/event.ts';
import { DataFolderProblem } from '../data-folder-problem.ts';
import { logHead } from '../store/log.ts';
import type { ReadSnapshot, Store, WriteTransaction } from '../store/store.ts';
import { wrappedStore } from '../store/wrapped-store.ts';
import type { Integrity } from './integrity.ts';

/**
 * @returns the same store, whose `read` and `write` throw Problem `log_broken`, after the alarm, if they find data that
 * was modified by other means; `write` also if the log does not extend what was seen
 */
export function intactStore(store: Store, integrity: Integrity): Store {
  /** Writes that share a transaction need one check. */
  const checked = new WeakSet<WriteTransaction>();
  function reported(error: unknown): unknown {
    if (DataFolderProblem.is(error, 'chain_broken')) {
      integrity.report(error);
      integrity.checkIntact();
    }
    return error;
  }
  return wrappedStore(store, {
    async read(work) {
      try {
        return await store.read(work);
      } catch (error) {
        throw reported(error);
      }
    },
    async write(work, ahead) {
      integrity.checkIntact();
      let head: ChainHead | undefined;
      try {
        const result = await store.write(async transaction => {
          if (!checked.has(transaction)) await integrity.check(transaction, integrity.seen());
          checked.add(transaction);
          const done = await work(transaction);
          head = await logHead(transaction);
          return done;
        }, ahead);
        if (head !== undefined) integrity.saw(head);
        return result;
      } catch (error) {
        throw reported(error);
      }
    },
  });
}

/** Reads if the log extends what the process has seen of it. @throws Problem `log_broken` if it does not */
export async function readIntact<T>(
  store: Pick<Store, 'read'>,
  integrity: Integrity,
  work: (snapshot: ReadSnapshot, head: ChainHead) => Promise<T>,
): Promise<T> {
  // Taken before the snapshot is opened, which must include it.
  const before = integrity.seen();
  const { head, result } = await store.read(async snapshot => {
    const head = await integrity.check(snapshot, before);
    return { head, result: await work(snapshot, head) };
  });
  integrity.saw(head);
  return result;
}
