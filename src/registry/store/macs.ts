/**
 * MACs of events: HMAC-SHA-256 (RFC 2104) with a key that is not in the database, so that write access to its tables is
 * not enough to append to the log. An event's hash covers all events before it, and so does its MAC.
 */
import { createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { ChainHead } from '../../core/event.ts';
import type { RegistryIdentity } from '../identity.ts';
import { broken } from './broken.ts';
import { hmacOf, hmacsOf } from './hmac.ts';
import type { ReadSnapshot } from './store.ts';
import type { EventsTable } from './tables.ts';

export interface EventMacs {
  /** The public key of the registry whose MACs these are, in base64. */
  readonly publicKey: string;
  /** Every event from this seq on must have a MAC. Infinity if there are none yet. */
  start: number;
  readonly secret: KeyObject;
  of(event: ChainHead): string;
}

/** The authenticated text names its purpose, so that its MAC is valid for nothing else. */
const KIND = 'promptforge.event.v1';

export function eventMacs({ publicKey, secretFor }: RegistryIdentity): EventMacs {
  const secret = createSecretKey(secretFor('event MACs'));
  return {
    publicKey,
    start: Number.POSITIVE_INFINITY,
    secret,
    of: event => macOf(secret, event),
  };
}

export function macOf(secret: KeyObject, { seq, hash }: ChainHead): string {
  return hmacOf(secret, macText(seq, hash));
}

/** The text of an event that its MAC authenticates. */
export function macText(seq: number, hash: string): string {
  return `${KIND} ${seq} ${hash}`;
}

/** Returns whether each text has the MAC at its index. @param texts as `macText` makes them */
export function areMacsOf(secret: KeyObject, texts: readonly string[], macs: readonly string[]): boolean {
  // Compares all at once, one per line so that they stay apart.
  return isEqual(macs.join('\n'), hmacsOf(secret, texts).join('\n'));
}

/** The MAC of data that a process stores for its own use. @param purpose a name that nothing else uses */
export function macOfKept(secret: KeyObject, purpose: string, values: readonly (string | number)[]): string {
  return hmacOf(secret, `${purpose} ${JSON.stringify(values)}`);
}

const ofStores = new WeakMap<object, EventMacs>();
const ofSnapshots = new WeakMap<ReadSnapshot, EventMacs>();

/** Makes a store add a MAC to every event that it appends, and require one of every event that it verifies. */
export function useMacs(store: object, macs: EventMacs): void {
  ofStores.set(store, macs);
}

/** Called by a store when it opens a snapshot. */
export function takeMacsOf(store: object, snapshot: ReadSnapshot): void {
  const macs = ofStores.get(store);
  if (macs !== undefined) ofSnapshots.set(snapshot, macs);
}

/** Uses these MACs in one transaction only. */
export function setMacs(snapshot: ReadSnapshot, macs: EventMacs): void {
  ofSnapshots.set(snapshot, macs);
}

/** Undefined if this process does not have the registry's key. */
export function macsOf(snapshot: ReadSnapshot): EventMacs | undefined {
  return ofSnapshots.get(snapshot);
}

/** @throws DataFolderProblem `chain_broken` for an event whose MAC is missing or wrong */
export function checkMac(snapshot: ReadSnapshot, event: Pick<EventsTable, 'seq' | 'hash' | 'mac'>): void {
  if (!hasItsMac(snapshot, event))
    throw broken(
      `Event ${event.seq} does not carry a MAC of this registry's key: no process of it wrote that event.`,
    );
}

/** Returns true if an event has its MAC, or needs none. */
export function hasItsMac(snapshot: ReadSnapshot, event: Pick<EventsTable, 'seq' | 'hash' | 'mac'>): boolean {
  const macs = macsOf(snapshot);
  if (macs === undefined || event.seq < macs.start) return true;
  return event.mac !== null && isEqual(event.mac, macs.of(event));
}

/** Compares in constant time. */
export function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
