/**
 * Follows a registry's log: reports events, and reports once if the log is not the one seen before. Every page is
 * verified against the last known hash and the registry's signature (client/chain-check.ts).
 */
import {
  checkHead,
  endOfLog,
  LOG_START,
  type LogPosition,
  LogRewritten,
  readLog,
} from '../../client/chain-check.ts';
import type { RegistryClient } from '../../client/registry-client.ts';
import { SignerChanged } from '../../client/signer-changed.ts';
import type { Readiness } from '../../contract/routes.ts';
import type { RegistryEvent } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';

export type FollowedRegistry = Pick<RegistryClient, 'changes' | 'checkpoint' | 'readiness'>;

export interface LogFollower {
  /** The position up to which the log was read; undefined if not begun. */
  readonly position: LogPosition | undefined;
  /** True if this window already follows the log: then it is notified of all events since. */
  readonly wasFollowed: boolean;
  keep(position: LogPosition): Thenable<void>;
  /** Called with new events. */
  happened(events: readonly RegistryEvent[]): void;
  /** Called with the state of the registry's log whenever it is requested. */
  says(log: Readiness['log']): void;
  /** Called if a call failed; it is retried. */
  failed(error: unknown): void;
  /** Called if the log is not the one seen before. Following ends. */
  rewritten(error: LogRewritten): void;
  /** Called if the log is signed with a key that its predecessor did not endorse. Following ends. */
  signerChanged(error: SignerChanged): void;
}

/** Seconds for which the registry may hold the call. */
const WAIT = 25;
const PAGE = 500;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 120_000;

/**
 * Runs until `signal` aborts or the log turns out to be another one; failures are retried with growing pauses. A new
 * log is followed from its end: for one of a million events, reading the past would take minutes.
 * @param open called again after each failure, because the key or the registry of a client may have been replaced
 */
export async function followLog(
  open: () => Promise<FollowedRegistry>,
  follower: LogFollower,
  signal: AbortSignal,
  pause: (milliseconds: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let { position } = follower;
  let begun = follower.wasFollowed;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      const registry = await open();
      if (signal.aborted) return; // the opened client may be for another registry by now
      if (position === undefined) {
        position = await endOfLog(registry, signal);
        begun = position !== LOG_START;
        await follower.keep(position);
      }
      while (!signal.aborted) {
        for await (const page of readLog(registry, position, signal, PAGE)) {
          position = page.position;
          await follower.keep(position);
          // The window already shows the events from before it was opened.
          if (begun && page.events.length > 0) follower.happened(page.events);
        }
        begun = true;
        pauseMs = FIRST_PAUSE_MS;
        await somethingNew(registry, position, follower, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (LogRewritten.is(error)) {
        follower.rewritten(error);
        return;
      }
      if (SignerChanged.is(error)) {
        follower.signerChanged(error);
        return;
      }
      if (Problem.is(error, 'log_broken')) follower.says('broken');
      follower.failed(error);
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

async function somethingNew(
  registry: FollowedRegistry,
  position: LogPosition,
  follower: LogFollower,
  signal: AbortSignal,
): Promise<void> {
  const { cursor } = position;
  const query = { limit: 1, wait: WAIT, ...(cursor === null ? {} : { after: cursor }) };
  while (!signal.aborted) {
    const log = await stateOfLog(registry, signal);
    if (log !== undefined) follower.says(log);
    // A window acts as a witness: this detects a log that was rewritten without growing.
    await checkHead(registry, position, signal);
    const { events } = await registry.changes(query, signal);
    if (events.length > 0) return;
  }
}

/** Undefined if it is not available, for example behind a proxy that only allows `/v1`. */
async function stateOfLog(
  registry: FollowedRegistry,
  signal: AbortSignal,
): Promise<Readiness['log'] | undefined> {
  try {
    return (await registry.readiness(signal)).log;
  } catch (error) {
    if (Problem.is(error, 'log_broken')) return 'broken';
    // A registry that is stopping responds at once, and would be polled in a loop.
    if (signal.aborted || Problem.is(error, 'unavailable')) throw error;
    return undefined;
  }
}
