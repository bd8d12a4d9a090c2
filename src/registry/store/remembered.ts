/** What was read in a transaction and still stands: several writes share one (shared-commits.ts), and all ask for the same. */
import type { ReadSnapshot } from './store.ts';

const remembered = new WeakMap<ReadSnapshot, Map<string, unknown>>();

/** What `read` gave the first time in this transaction, or what was put down since. */
export async function readOnce<T>(snapshot: ReadSnapshot, what: string, read: () => Promise<T>): Promise<T> {
  const known = remembered.get(snapshot);
  if (known?.has(what)) return known.get(what) as T;
  const value = await read();
  remember(snapshot, what, value);
  return value;
}

export function isRemembered(snapshot: ReadSnapshot, what: string): boolean {
  return remembered.get(snapshot)?.has(what) === true;
}

/** To be called by whoever changes it. */
export function remember<T>(snapshot: ReadSnapshot, what: string, value: T): void {
  const known = remembered.get(snapshot) ?? new Map<string, unknown>();
  remembered.set(snapshot, known);
  known.set(what, value);
}

/** After something was taken back, or was changed in a way that is not known here; of one thing where it is named. */
export function forget(snapshot: ReadSnapshot, what?: string): void {
  if (what === undefined) remembered.delete(snapshot);
  else remembered.get(snapshot)?.delete(what);
}
