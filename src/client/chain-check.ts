/**
 * Reads the log so that a rewritten history is detected: every page must continue the last known hash, the last known
 * event must still exist, and the registry's signature must match the log (docs/registry.md, "The log").
 */
import type { Changes } from '../contract/changes.ts';
import { type Checkpoint, isSigned } from '../core/checkpoint.ts';
import { CHAIN_START, type ChainHead, type RegistryEvent, validateNextEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { keyAfter } from './consistency.ts';
import type { ChangesQuery } from './registry-queries.ts';

/** A reader's position in the log: plain data to store between two syncs. */
export interface LogPosition {
  /** The last event that was seen. */
  readonly head: ChainHead;
  /** The cursor after it; null before the first. */
  readonly cursor: string | null;
  /** The start of the page that ended at `head`, so that it can be read again; null before the first. */
  readonly pageStart: { readonly head: ChainHead; readonly cursor: string | null } | null;
  /** The signing key named by the events up to `head`, in base64; null if they name none. */
  readonly signingKey: string | null;
  /** The last verified checkpoint, to be kept as evidence. */
  readonly checkpoint: Checkpoint | null;
}

export const LOG_START: LogPosition = {
  head: CHAIN_START,
  cursor: null,
  pageStart: null,
  signingKey: null,
  checkpoint: null,
};

export interface LogPage {
  readonly events: readonly RegistryEvent[];
  readonly position: LogPosition;
}

/** The log does not continue the one that was seen before. Show the message as an alarm, and do not retry. */
export class LogRewritten extends Error {
  override readonly name = 'LogRewritten';
  /** The last event known to be good. */
  readonly lastGood: ChainHead;

  constructor(why: string, lastGood: ChainHead) {
    super(
      `The registry's log does not continue the log seen before. ${why} It matches up to event ${lastGood.seq} (${lastGood.hash}). Tell the operator of the registry, and keep this message as evidence.`,
    );
    this.lastGood = lastGood;
  }

  static is(error: unknown): error is LogRewritten {
    return error instanceof LogRewritten;
  }
}

/** The registry signed its log before but does not now: it may be a server without its key. Try again later. */
export class NotSigned extends Error {
  override readonly name = 'NotSigned';

  constructor(cause: Problem) {
    super(`The registry no longer signs its log, so no new data is accepted from it. ${cause.message}`, {
      cause,
    });
  }
}

/** The head after `events`. @throws LogRewritten at the first that does not continue `head` */
export function continueChain(head: ChainHead, events: readonly RegistryEvent[]): ChainHead {
  let last = head;
  for (const event of events) {
    const why = validateNextEvent(event, last);
    if (why !== undefined) throw new LogRewritten(why, last);
    last = { seq: event.seq, hash: event.hash };
  }
  return last;
}

/** Reads pages of the log: a `RegistryClient`. */
export interface LogReader {
  changes(query: ChangesQuery, signal?: AbortSignal): Promise<Changes>;
  /** @throws Problem `unavailable` if the registry does not sign its log */
  checkpoint(signal?: AbortSignal): Promise<Checkpoint>;
}

/**
 * Returns the end of the log, for readers that follow it from now on: the registry's current checkpoint, verified
 * against the event that it signs. Earlier events are not read, so the signing key is trusted on first use: an audit
 * checks both (docs/audit.md). Returns the start of the log if it is not signed, so that all of it is read.
 * @throws LogRewritten, Problem, RegistryUnreachable
 */
export async function endOfLog(registry: LogReader, signal?: AbortSignal): Promise<LogPosition> {
  const signed = await checkpointOf(registry, LOG_START, signal);
  if (signed === undefined || signed.seq === 0) return LOG_START;
  const before = signed.seq - 1;
  const { events, cursor } = await registry.changes({ after: String(before), limit: 1 }, signal);
  const [event] = events;
  if (event?.seq !== signed.seq)
    throw new LogRewritten(`It has no event ${signed.seq}, which the registry signs.`, CHAIN_START);
  const pageStart = { head: { seq: before, hash: event.previousHash }, cursor: String(before) };
  const head = continueChain(pageStart.head, events);
  const checkpoint = checkSigned(signed, head, signed.publicKey, CHAIN_START);
  return { head, cursor, pageStart, signingKey: signed.publicKey, checkpoint };
}

/**
 * Yields every page after `from` until nothing is new; a page without events if only the checkpoint is new. Reads the
 * page before `from` again first, to detect a log that was rewritten or cut without growing.
 * @throws LogRewritten, SignerChanged, NotSigned, Problem, RegistryUnreachable
 */
export async function* readLog(
  registry: LogReader,
  from: LogPosition = LOG_START,
  signal?: AbortSignal,
  limit = 200,
): AsyncGenerator<LogPage, void, undefined> {
  // Fetched before the events, which must include the one that it signs.
  const signed = await checkpointOf(registry, from, signal);
  const { checkpoint } = from;
  if (signed !== undefined && signed.seq === checkpoint?.seq && signed.hash !== checkpoint.hash)
    throw new LogRewritten(
      `It signed event ${signed.seq} twice: with the hash ${checkpoint.hash}, and now with ${signed.hash}.`,
      from.pageStart?.head ?? CHAIN_START,
    );
  await checkStillThere(registry, from, signal);
  let position = from;
  if (signed?.seq === from.head.seq && signed.seq !== from.checkpoint?.seq) {
    position = { ...from, checkpoint: checkSigned(signed, from.head, from.signingKey, from.head) };
    yield { events: [], position };
  }
  for (;;) {
    const { events, cursor } = await registry.changes({ limit, ...after(position.cursor) }, signal);
    if (events.length === 0) break;
    const before = position;
    const head = continueChain(before.head, events);
    position = {
      ...before,
      head,
      cursor,
      pageStart: { head: before.head, cursor: before.cursor },
      signingKey: signingKeyAfter(before.signingKey, events),
    };
    const place = events.findIndex(({ seq }) => seq === signed?.seq);
    const event = events[place];
    if (signed !== undefined && event !== undefined) {
      const key = signingKeyAfter(before.signingKey, events.slice(0, place + 1));
      position = { ...position, checkpoint: checkSigned(signed, event, key, before.head) };
    }
    yield { events, position };
  }
  if (signed !== undefined && signed.seq > position.head.seq)
    throw new LogRewritten(`It ends before event ${signed.seq}, which the registry signed.`, position.head);
}

/**
 * Verifies without reading the log that the registry's checkpoint is not older than the last seen event, and if it is
 * of that event, that it matches. `readLog` verifies a newer one.
 * @throws LogRewritten, NotSigned, Problem, RegistryUnreachable
 */
export async function checkHead(registry: LogReader, from: LogPosition, signal?: AbortSignal): Promise<void> {
  const signed = await checkpointOf(registry, from, signal);
  if (signed?.seq === from.head.seq && signed.seq > 0)
    checkSigned(signed, from.head, from.signingKey, from.pageStart?.head ?? CHAIN_START);
}

/**
 * Returns the registry's checkpoint; undefined if the log was never signed.
 * @throws LogRewritten if the checkpoint is older than the last seen event; NotSigned if the log was signed before
 */
async function checkpointOf(
  registry: LogReader,
  { head, checkpoint }: LogPosition,
  signal: AbortSignal | undefined,
): Promise<Checkpoint | undefined> {
  let signed: Checkpoint;
  try {
    signed = await registry.checkpoint(signal);
  } catch (error) {
    if (!Problem.is(error, 'unavailable')) throw error;
    if (checkpoint === null) return undefined;
    throw new NotSigned(error);
  }
  if (signed.seq >= head.seq) return signed;
  throw new LogRewritten(
    `The registry signs that it ends at event ${signed.seq}, but event ${head.seq} was seen: it was cut.`,
    CHAIN_START,
  );
}

/** @throws LogRewritten unless the key that the log names at `event` signed its hash */
function checkSigned(
  signed: Checkpoint,
  event: ChainHead,
  signingKey: string | null,
  lastGood: ChainHead,
): Checkpoint {
  if (!isSigned(signed))
    throw new LogRewritten(`The checkpoint of event ${signed.seq} is not signed by its key.`, lastGood);
  if (signed.publicKey !== signingKey)
    throw new LogRewritten(
      `The checkpoint of event ${signed.seq} is signed by a key that the log does not name.`,
      lastGood,
    );
  if (signed.hash !== event.hash)
    throw new LogRewritten(
      `Event ${signed.seq} has another hash than the registry signed: it was rewritten.`,
      lastGood,
    );
  return signed;
}

/** @throws SignerChanged for a key that its predecessor did not endorse */
function signingKeyAfter(before: string | null, events: readonly RegistryEvent[]): string | null {
  let key = before;
  for (const event of events) key = keyAfter(event, { seq: event.seq - 1, hash: event.previousHash }, key);
  return key;
}

async function checkStillThere(
  registry: LogReader,
  { head, pageStart }: LogPosition,
  signal: AbortSignal | undefined,
): Promise<void> {
  let last = pageStart?.head ?? head;
  let cursor = pageStart?.cursor ?? null;
  while (last.seq < head.seq) {
    const page = await registry.changes({ limit: head.seq - last.seq, ...after(cursor) }, signal);
    if (page.events.length === 0)
      throw new LogRewritten(`It ends before event ${head.seq}, which was seen: it was cut.`, last);
    last = continueChain(last, page.events);
    cursor = page.cursor;
  }
  if (last.hash !== head.hash)
    throw new LogRewritten(
      `Event ${head.seq} has another hash than was seen: it was rewritten.`,
      pageStart?.head ?? CHAIN_START,
    );
}

function after(cursor: string | null): { after?: string } {
  return cursor === null ? {} : { after: cursor };
}
