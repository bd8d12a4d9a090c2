/** Follows whichever registry the window is connected to, one at a time, unless its alarm is active. */
import type { Readiness } from '../../contract/routes.ts';
import type { RegistryEvent } from '../../core/event.ts';
import type { FollowedRegistry } from './follow-log.ts';
import { type Alarm, alarmsIn, type EventMemento, keepPosition, noteVerified, positionIn } from './kept.ts';

export interface RegistryFollowerParts {
  readonly memory: EventMemento;
  /** A client of the registry that the window is connected to. */
  readonly open: () => Promise<FollowedRegistry>;
  readonly raise: (alarm: Alarm) => void;
  readonly happened: (events: readonly RegistryEvent[]) => void;
  /** Called if a call failed; it is retried. */
  readonly failed: (error: unknown) => void;
  readonly warn: (message: string) => void;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface RegistryFollower {
  /**
   * To be called whenever any of the arguments may have changed.
   * @param registry that the window shows; undefined if none
   * @param answers true if the registry responds; a followed one is retried anyway, and at once when it responds again
   * @param keys incremented when a key was replaced or removed, so that earlier clients are no longer used
   */
  follow(registry: string | undefined, answers: boolean, keys?: number): void;
  stop(): void;
}

export function registryFollower(parts: RegistryFollowerParts): RegistryFollower {
  const { memory, open, raise, happened, failed, warn, pause } = parts;
  let following:
    | { readonly registry: string; readonly keys: number; readonly controller: AbortController }
    | undefined;
  /** Registries followed before in this window. */
  const followed = new Set<string>();
  let answered = false;
  /** Ends the current pause. */
  let awake = new AbortController();

  const stop = () => {
    following?.controller.abort();
    following = undefined;
  };
  const start = async (registry: string, { signal }: AbortController) => {
    const { followLog } = await import('./follow-log.ts');
    const alarm = (kind: Alarm['kind'], message: string) =>
      raise({ kind, registry, seenAt: new Date().toISOString(), message });
    const wasFollowed = followed.has(registry);
    followed.add(registry);
    const follower = {
      position: positionIn(memory, registry),
      wasFollowed,
      keep: (position: Parameters<typeof keepPosition>[2]) => keepPosition(memory, registry, position),
      happened,
      failed,
      says(log: Readiness['log']) {
        if (log === 'broken') alarm('broken', BROKEN);
        if (log === 'verified') void noteVerified(memory, registry);
      },
      rewritten(error: Error) {
        stop();
        alarm('rewritten', error.message);
      },
      signerChanged(error: Error) {
        stop();
        alarm('signer', error.message);
      },
    };
    await followLog(open, follower, signal, (milliseconds, stopped) =>
      pause(milliseconds, AbortSignal.any([stopped, awake.signal])),
    );
  };
  const isUntrusted = (registry: string) =>
    alarmsIn(memory).some(alarm => alarm.registry === registry && alarm.kind !== 'broken');
  return {
    follow(registry, answers, keys = 0) {
      if (following !== undefined && (registry !== following.registry || keys !== following.keys)) stop();
      if (answers && !answered) {
        awake.abort();
        awake = new AbortController();
      }
      answered = answers;
      if (registry === undefined || !answers || following !== undefined || isUntrusted(registry)) return;
      const controller = new AbortController();
      following = { registry, keys, controller };
      start(registry, controller).catch((error: unknown) => {
        if (!controller.signal.aborted) warn(`${registry} cannot be followed: ${String(error)}`);
        if (following?.controller === controller) following = undefined;
      });
    },
    stop,
  };
}

const BROKEN =
  'The registry found that its data was changed outside of it: the log and its tables no longer match. Tell the operator of the registry, and do not trust recent changes: "promptforge verify" names the first event or row that does not match.';
