/** What was read in a transaction and still stands: several writes share one (shared-commits.ts), and all ask for the same. */
import type { Snapshot } from './store.ts';

const remembered = new WeakMap<Snapshot, Map<string, unknown>>();

/** What `read` gave the first time in this transaction, or what was put down since. */
export async function readOnce<T>(snapshot: Snapshot, what: string, read: () => Promise<T>): Promise<T> {
  const known = remembered.get(snapshot);
  if (known?.has(what)) return known.get(what) as T;
  const value = await read();
  remember(snapshot, what, value);
  return value;
}

/** To be called by whoever changes it. */
export function remember<T>(snapshot: Snapshot, what: string, value: T): void {
  const known = remembered.get(snapshot) ?? new Map<string, unknown>();
  remembered.set(snapshot, known);
  known.set(what, value);
}

/** After something was taken back, or was changed in a way that is not known here. */
export function forget(snapshot: Snapshot): void {
  remembered.delete(snapshot);
}
