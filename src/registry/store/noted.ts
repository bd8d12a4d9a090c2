/** Collects what a transaction has appended so far, for use after its commit. */
import type { Version } from '../../contract/prompts.ts';
import type { RegistryEvent } from '../../core/event.ts';
import type { ReadSnapshot } from './store.ts';

interface Noted {
  readonly events: RegistryEvent[];
  /** Published versions by the seq of their events. */
  readonly versions: Map<number, Version>;
}

const noted = new WeakMap<ReadSnapshot, Noted>();

export function notedIn(transaction: ReadSnapshot): Noted {
  const known = noted.get(transaction);
  if (known !== undefined) return known;
  const fresh: Noted = { events: [], versions: new Map() };
  noted.set(transaction, fresh);
  return fresh;
}
