/** What a transaction has appended so far, for whoever acts once it is committed. */
import type { Version } from '../../contract/prompts.ts';
import type { RegistryEvent } from '../../core/event.ts';
import type { Snapshot } from './store.ts';

interface Noted {
  readonly events: RegistryEvent[];
  /** Those that were published, by the seq of their events. */
  readonly versions: Map<number, Version>;
}

const noted = new WeakMap<Snapshot, Noted>();

export function notedIn(transaction: Snapshot): Noted {
  const known = noted.get(transaction);
  if (known !== undefined) return known;
  const fresh: Noted = { events: [], versions: new Map() };
  noted.set(transaction, fresh);
  return fresh;
}
