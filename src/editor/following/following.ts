/** Follows the window's registry while it is available: shows what others do, and raises an alarm if the log was rewritten. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { RegistryEvent } from '../../core/event.ts';
import { withJitter } from '../work/jitter.ts';
import type { Workbench } from '../workbench.ts';
import { type Alarms, registerAlarms } from './alarm.ts';
import { registryFollower } from './follow-registry.ts';
import type { Alarm } from './kept.ts';

/** Simultaneous events are shown together; this window's own changes are already shown. */
const SETTLE_MS = 250;
/** The minimum interval between refreshes while much happens. */
const BETWEEN_MS = 2_000;

/**
 * @param memory of this machine, shared by all windows: the known log is the same for each
 * @param failed called for each failed call, although it is retried
 * @param heard called with the events of each page
 */
export function registerFollowing(
  workbench: Workbench,
  memory: vscode.Memento,
  failed: (error: unknown) => void,
  heard: (events: readonly RegistryEvent[]) => void,
): vscode.Disposable & { readonly alarms: Alarms } {
  const { session, prompts, log, report } = workbench;
  let timer: NodeJS.Timeout | undefined;
  /** When something happened last, in milliseconds since 1970. */
  let last = 0;
  /** The time of the last refresh for that reason, in milliseconds since 1970. */
  let refreshedAt = 0;

  const follower = registryFollower({
    memory,
    open: () => session.clientFor({ kind: 'read' }),
    raise: alarm => raise(alarm),
    happened(events) {
      heard(events);
      // Nothing that the window lists follows from comments.
      if (events.every(({ kind }) => kind.startsWith('comment.'))) return;
      last = Date.now();
      const wait = Math.max(SETTLE_MS, refreshedAt + BETWEEN_MS - last);
      timer ??= setTimeout(() => {
        timer = undefined;
        if (prompts.loadedAt >= last) return;
        refreshedAt = Date.now();
        void prompts.refresh();
      }, wait);
    },
    failed,
    warn: message => log.warn(message),
    pause,
  });
  const follow = () => {
    const { project, place, state, keysReplaced } = session;
    follower.follow(project && place, state.kind === 'connected', keysReplaced);
    if (place !== undefined && state.kind === 'refused' && state.isBroken === true)
      raise({ kind: 'broken', registry: place, seenAt: new Date().toISOString(), message: state.why });
  };
  const alarms = registerAlarms(workbench, memory, follow);
  const raise = (alarm: Alarm) =>
    void alarms.raise(alarm).catch((failure: unknown) => report(failure, 'Raising the alarm'));
  return Object.assign(
    vscode.Disposable.from(
      alarms,
      session.onDidChange(follow),
      new vscode.Disposable(() => {
        follower.stop();
        clearTimeout(timer);
      }),
    ),
    { alarms },
  );
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(withJitter(milliseconds), undefined, { signal }).catch(() => undefined); // aborted: whoever waits looks at the signal
}
