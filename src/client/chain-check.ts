/**
 * Reading the log so that a rewritten history shows: every page must continue the hash that was seen last, and what
 * was seen last must still be there (registry-api.md, "The log is the truth").
 */
import type { Changes } from '../contract/changes.ts';
import { CHAIN_START, type ChainHead, type RegistryEvent, whyNotNext } from '../core/event.ts';
import type { ChangesQuery } from './registry-client.ts';

/** Where a reader stands; plain data, to be stored between two syncs. */
export interface LogPosition {
  /** The last event that was seen. */
  readonly head: ChainHead;
  /** The cursor after it; null before the first. */
  readonly cursor: string | null;
  /** Where the page that ended at `head` began, so that it can be read again; null before the first. */
  readonly pageStart: { readonly head: ChainHead; readonly cursor: string | null } | null;
}

export const LOG_START: LogPosition = { head: CHAIN_START, cursor: null, pageStart: null };

export interface LogPage {
  readonly events: readonly RegistryEvent[];
  readonly position: LogPosition;
}

/** The log is not the one that was seen before. To be shown to a person as an alarm, not retried. */
export class LogRewritten extends Error {
  override readonly name = 'LogRewritten';
  /** The last event known to be good. */
  readonly lastGood: ChainHead;

  constructor(why: string, lastGood: ChainHead) {
    super(
      `The registry's log does not continue what was seen of it before. ${why} Up to event ${lastGood.seq} (${lastGood.hash}) it is as seen. Tell whoever runs the registry, and keep this message: it is evidence.`,
    );
    this.lastGood = lastGood;
  }

  static is(error: unknown): error is LogRewritten {
    return error instanceof LogRewritten;
  }
}

/** The head after `events`. @throws LogRewritten at the first that does not continue `head` */
export function continueChain(head: ChainHead, events: readonly RegistryEvent[]): ChainHead {
  let last = head;
  for (const event of events) {
    const why = whyNotNext(event, last);
    if (why !== undefined) throw new LogRewritten(why, last);
    last = { seq: event.seq, hash: event.hash };
  }
  return last;
}

/** What gives pages of the log: a `RegistryClient`. */
export interface LogReader {
  changes(query: ChangesQuery, signal?: AbortSignal): Promise<Changes>;
}

/**
 * Every page after `from` until nothing is new. First it reads the page before `from` again, so that a log that
 * was rewritten or cut without having grown shows as well.
 * @throws LogRewritten, Problem, RegistryUnreachable
 */
export async function* readLog(
  registry: LogReader,
  from: LogPosition = LOG_START,
  signal?: AbortSignal,
  limit = 200,
): AsyncGenerator<LogPage, void, undefined> {
  await checkStillThere(registry, from, signal);
  let position = from;
  for (;;) {
    const { events, cursor } = await registry.changes({ limit, ...after(position.cursor) }, signal);
    if (events.length === 0) return;
    position = {
      head: continueChain(position.head, events),
      cursor,
      pageStart: { head: position.head, cursor: position.cursor },
    };
    yield { events, position };
  }
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
