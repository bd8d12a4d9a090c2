/** Follows the window's registry while it is available: shows what others do, and raises an alarm if the log was rewritten. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { RegistryEvent } from '../../core/event.ts';
import { withJitter } from '../work/jitter.ts';
import type { Workbench } from '../workbench.ts';
import { type Alarms, registerAlarms } from './alarm.ts';
import { EventRefreshes } from './event-refreshes.ts';
import { registryFollower } from './follow-registry.ts';
import type { Alarm } from './kept.ts';

/**
 * @param memory of this machine, shared by all windows, for which the known log is the same
 * @param failed called for each failed call, although it is retried
 * @param heard called with the events of each page
 */
export function registerFollowing(
  workbench: Workbench,
  memory: vscode.Memento,
  failed: (error: unknown) => void,
  heard: (events: readonly RegistryEvent[]) => void,
): vscode.Disposable & { readonly alarms: Alarms } {
  const { session, prompts, promotions, log, report } = workbench;
  const refreshes = new EventRefreshes({
    async refresh() {
      await prompts.refresh();
      await promotions.loading;
    },
    refreshedAt: () => prompts.loadedAt,
  });
  const follower = registryFollower({
    memory,
    open: () => session.clientFor({ kind: 'read' }),
    raise: alarm => raise(alarm),
    happened(events) {
      heard(events);
      // The window's lists do not depend on comments.
      if (events.some(({ kind }) => !kind.startsWith('comment.'))) refreshes.happened();
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
        refreshes.dispose();
      }),
    ),
    { alarms },
  );
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(withJitter(milliseconds), undefined, { signal }).catch(() => undefined); // aborted: the caller checks the signal
}
