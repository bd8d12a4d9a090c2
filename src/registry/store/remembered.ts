/** Caches what was read in a transaction while it is valid: several writes share one (shared-commits.ts) and read the same. */
import type { ReadSnapshot } from './store.ts';

const remembered = new WeakMap<ReadSnapshot, Map<string, unknown>>();

/** The result of the first `read` in this transaction, or the value that was stored since. */
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

/** Must be called when the value changes. */
export function remember<T>(snapshot: ReadSnapshot, what: string, value: T): void {
  const known = remembered.get(snapshot) ?? new Map<string, unknown>();
  remembered.set(snapshot, known);
  known.set(what, value);
}

/** Must be called after a rollback or an unknown change. @param what the only value to forget; default: all */
export function forget(snapshot: ReadSnapshot, what?: string): void {
  if (what === undefined) remembered.delete(snapshot);
  else remembered.get(snapshot)?.delete(what);
}
