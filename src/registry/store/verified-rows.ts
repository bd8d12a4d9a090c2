/**
 * Remembers rows that were verified against their events, and up to which event. As long as the log ends where this
 * process left it, an unchanged row is still valid, and a write need not read its events again.
 */
import type { RegistryEvent } from '../../core/event.ts';
import { isRemembered } from './remembered.ts';
import type { ReadSnapshot } from './store.ts';

/** The texts of rows by their names. Bounded by the keys and environments that this process writes with. */
type Rows = Map<string, string>;
/** Names of rows: one for all policies, one for all webhooks, and one for each key. */
export const ENVIRONMENTS = 'environments';
export const WEBHOOKS = 'webhooks';
export function keyRow(id: string): string {
  return `key ${id}`;
}

interface Known {
  /** The hash of the log's last event. */
  readonly head: string;
  readonly rows: Rows;
}
interface Verified {
  current: Known;
  /** The state once the current transaction is committed; the next one finds out by looking at the last event. */
  next: Known | undefined;
}

const MOST = 1000;
/** The name of the log's last event in the cache of a transaction (remembered.ts). */
export const LAST_EVENT = 'last event';
const ofStores = new WeakMap<object, Verified>();
const ofTransactions = new WeakMap<ReadSnapshot, Verified>();

/** Called by a store when a write begins. */
export function takeVerifiedRows(store: object, transaction: ReadSnapshot): void {
  const verified = ofStores.get(store) ?? { current: { head: '', rows: new Map() }, next: undefined };
  ofStores.set(store, verified);
  ofTransactions.set(transaction, verified);
}

/** Called when a transaction has read the log's last event. */
export function foundHead(transaction: ReadSnapshot, head: string): void {
  const verified = ofTransactions.get(transaction);
  if (verified === undefined) return;
  const { current, next } = verified;
  if (next?.head === head) verified.current = next;
  else if (current.head !== head) verified.current = { head, rows: new Map() };
  verified.next = undefined;
}

/** Called when a transaction has appended an event. @param changed the row that may differ after it */
export function movedHead(
  transaction: ReadSnapshot,
  { hash }: RegistryEvent,
  changed: string | undefined,
): void {
  const verified = ofTransactions.get(transaction);
  if (verified === undefined) return;
  let { rows } = verified.next ?? verified.current;
  if (changed !== undefined && rows.has(changed)) {
    rows = new Map(rows);
    rows.delete(changed);
  }
  verified.next = { head: hash, rows };
}

/** The text of the row when it was verified; undefined if it may no longer be valid. */
export function verifiedRow(snapshot: ReadSnapshot, what: string): string | undefined {
  return rowsOf(snapshot)?.get(what);
}

/** Called when a row was verified against all events up to the last one. */
export function keepVerifiedRow(snapshot: ReadSnapshot, what: string, text: string): void {
  const rows = rowsOf(snapshot);
  if (rows === undefined) return;
  if (rows.size >= MOST) rows.clear();
  rows.set(what, text);
}

/** Undefined if the transaction does not know yet where the log ends. */
function rowsOf(snapshot: ReadSnapshot): Rows | undefined {
  if (!isRemembered(snapshot, LAST_EVENT)) return undefined;
  const verified = ofTransactions.get(snapshot);
  return verified && (verified.next ?? verified.current).rows;
}
