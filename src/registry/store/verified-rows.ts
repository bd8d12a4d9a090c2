/**
 * Rows that were held to their events, and up to which event. While the log ends where this process left it, a row that
 * is the same as then still fits: a write need not read its events once more.
 */
import type { RegistryEvent } from '../../core/event.ts';
import { isRemembered } from './remembered.ts';
import type { ReadSnapshot } from './store.ts';

/** Texts of rows by what they are. Bounded by the keys and environments that this process writes with. */
type Rows = Map<string, string>;
/** What the rows of a table are called here: all policies at once, all webhooks, and a key each. */
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
  /** What holds once the transaction at hand is committed, which shows when the next one finds its last event. */
  next: Known | undefined;
}

const MOST = 1000;
/** What the log's last event is remembered as in a transaction (remembered.ts). */
export const LAST_EVENT = 'last event';
const ofStores = new WeakMap<object, Verified>();
const ofTransactions = new WeakMap<ReadSnapshot, Verified>();

/** Called by a store that begins to write. */
export function takeVerifiedRows(store: object, transaction: ReadSnapshot): void {
  const verified = ofStores.get(store) ?? { current: { head: '', rows: new Map() }, next: undefined };
  ofStores.set(store, verified);
  ofTransactions.set(transaction, verified);
}

/** A transaction found the log's last event. */
export function foundHead(transaction: ReadSnapshot, head: string): void {
  const verified = ofTransactions.get(transaction);
  if (verified === undefined) return;
  const { current, next } = verified;
  if (next?.head === head) verified.current = next;
  else if (current.head !== head) verified.current = { head, rows: new Map() };
  verified.next = undefined;
}

/** A transaction appended an event, after which these rows may be others. */
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

/** The text of the row when it was verified; undefined where it is not known whether that still fits. */
export function verifiedRow(snapshot: ReadSnapshot, what: string): string | undefined {
  return rowsOf(snapshot)?.get(what);
}

/** A row was held to all events up to the last one. */
export function keepVerifiedRow(snapshot: ReadSnapshot, what: string, text: string): void {
  const rows = rowsOf(snapshot);
  if (rows === undefined) return;
  if (rows.size >= MOST) rows.clear();
  rows.set(what, text);
}

/** Nothing is known in a transaction that does not know where the log ends. */
function rowsOf(snapshot: ReadSnapshot): Rows | undefined {
  if (!isRemembered(snapshot, LAST_EVENT)) return undefined;
  const verified = ofTransactions.get(snapshot);
  return verified && (verified.next ?? verified.current).rows;
}
