/**
 * MACs of events: HMAC-SHA-256 (RFC 2104) by a key that the database does not hold, so that whoever can insert rows
 * cannot append to the log. An event's hash covers all events before it, and so does its MAC.
 */
import { createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { ChainHead } from '../../core/event.ts';
import type { RegistryIdentity } from '../identity.ts';
import { broken } from './broken.ts';
import { hmacOf, hmacsOf } from './hmac.ts';
import type { ReadSnapshot } from './store.ts';
import type { EventsTable } from './tables.ts';

export interface EventMacs {
  /** Of the key that they are derived from, in base64. */
  readonly publicKey: string;
  /** From this event on each must have one. Infinity while they have not begun. */
  start: number;
  readonly secret: KeyObject;
  of(event: ChainHead): string;
}

/** What a MAC is made of names its purpose, so that it means nothing elsewhere. */
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
  // All at once; a line each, so that none is taken for a part of the next.
  return isEqual(macs.join('\n'), hmacsOf(secret, texts).join('\n'));
}

/** Of what a process keeps in the database for itself alone. @param purpose as no event and nothing else has it */
export function macOfKept(secret: KeyObject, purpose: string, values: readonly (string | number)[]): string {
  return hmacOf(secret, `${purpose} ${JSON.stringify(values)}`);
}

const ofStores = new WeakMap<object, EventMacs>();
const ofSnapshots = new WeakMap<ReadSnapshot, EventMacs>();

/** Has every event that the store appends from now on carry a MAC, and every event that it believes. */
export function useMacs(store: object, macs: EventMacs): void {
  ofStores.set(store, macs);
}

/** Called by a store that opens a snapshot. */
export function takeMacsOf(store: object, snapshot: ReadSnapshot): void {
  const macs = ofStores.get(store);
  if (macs !== undefined) ofSnapshots.set(snapshot, macs);
}

/** Has one transaction alone use these. */
export function setMacs(snapshot: ReadSnapshot, macs: EventMacs): void {
  ofSnapshots.set(snapshot, macs);
}

/** Undefined for a process that does not have the registry's key. */
export function macsOf(snapshot: ReadSnapshot): EventMacs | undefined {
  return ofSnapshots.get(snapshot);
}

/** @throws DataFolderProblem `chain_broken` for an event that must have a MAC and has none, or another */
export function checkMac(snapshot: ReadSnapshot, event: Pick<EventsTable, 'seq' | 'hash' | 'mac'>): void {
  if (!hasItsMac(snapshot, event))
    throw broken(
      `Event ${event.seq} does not carry a MAC of this registry's key: no process of it wrote that event.`,
    );
}

/** Whether it has its MAC, or need not have one. */
export function hasItsMac(snapshot: ReadSnapshot, event: Pick<EventsTable, 'seq' | 'hash' | 'mac'>): boolean {
  const macs = macsOf(snapshot);
  if (macs === undefined || event.seq < macs.start) return true;
  return event.mac !== null && isEqual(event.mac, macs.of(event));
}

/** In constant time. */
export function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
