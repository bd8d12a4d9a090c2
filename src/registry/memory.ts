/**
 * What may be kept in memory: only what was read since the last event of the log. Any process may write, so every
 * use asks the store first whether something was committed: another process's commit shows within 5 ms.
 */
import type { EnvironmentName } from '../core/environment.ts';
import type { KnownKey } from './access/known-key.ts';
import type { PreparedDelivery } from './delivery/prepared.ts';
import { logHead } from './store/log.ts';
import type { Store } from './store/store.ts';

export interface Kept {
  /** By id. */
  readonly keys: Map<string, KnownKey>;
  /** By representation, environment and target. */
  readonly deliveries: Readonly<
    Record<'text/plain' | 'application/json', Map<EnvironmentName, Map<string, PreparedDelivery>>>
  >;
}

export interface Memory {
  /** What is kept, if nothing was committed since `load` was last called; undefined when `load` must be called. */
  present(): Kept | undefined;
  /** What is kept, emptied if the log has grown. What is put there is to be read from the store after this resolved. */
  load(): Promise<Kept>;
}

export function memory(store: Store): Memory {
  let revision = Number.NaN;
  let seq = -1;
  let kept = nothing();
  return {
    present: () => (store.recentRevision() === revision ? kept : undefined),
    async load() {
      // Taken before the log is read: what is committed in between is noticed the next time.
      const before = store.revision();
      if (before === revision) return kept;
      const head = await store.read(logHead);
      // Other commits, such as a key's time of last use, change nothing that is kept here.
      if (head.seq !== seq) kept = nothing();
      revision = before;
      seq = head.seq;
      return kept;
    },
  };
}

function nothing(): Kept {
  return { keys: new Map(), deliveries: { 'text/plain': new Map(), 'application/json': new Map() } };
}

/** Puts `value` in, all others out first when there are `limit`. */
export function keep<Value>(values: Map<string, Value>, limit: number, key: string, value: Value): void {
  if (values.size >= limit && !values.has(key)) values.clear();
  values.set(key, value);
}
