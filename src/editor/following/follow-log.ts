/**
 * Following a registry's log: told when something happened, and told once when the log is not the one that was seen
 * before. Every page is held to the hash that was seen last and to what the registry signs (client/chain-check.ts).
 */
import { LOG_START, type LogPosition, LogRewritten, readLog } from '../../client/chain-check.ts';
import type { RegistryClient } from '../../client/registry-client.ts';

export interface LogFollower {
  /** Where reading ended last; undefined: never begun. */
  readonly position: LogPosition | undefined;
  keep(position: LogPosition): Thenable<void>;
  /** Something happened since. */
  happened(): void;
  /** The log is another. Following is over. */
  rewritten(error: LogRewritten): void;
}

/** Seconds for which the registry holds the call open. */
const WAIT = 25;
const PAGE = 500;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 120_000;

/** Runs until `signal` is aborted or the log turns out to be another; what fails is tried again, later and later. */
export async function followLog(
  client: Pick<RegistryClient, 'changes' | 'checkpoint'>,
  follower: LogFollower,
  signal: AbortSignal,
  pause: (milliseconds: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let position = follower.position ?? LOG_START;
  let begun = false;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      for await (const page of readLog(client, position, signal, PAGE)) {
        position = page.position;
        await follower.keep(position);
        // What happened before the window was opened, the window knows already.
        if (begun && page.events.length > 0) follower.happened();
      }
      begun = true;
      pauseMs = FIRST_PAUSE_MS;
      await somethingNew(client, position, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (LogRewritten.is(error)) {
        follower.rewritten(error);
        return;
      }
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

async function somethingNew(
  client: Pick<RegistryClient, 'changes'>,
  { cursor }: LogPosition,
  signal: AbortSignal,
): Promise<void> {
  const query = { limit: 1, wait: WAIT, ...(cursor === null ? {} : { after: cursor }) };
  while (!signal.aborted) {
    const { events } = await client.changes(query, signal);
    if (events.length > 0) return;
  }
}
