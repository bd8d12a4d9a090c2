/** The registry of the window is followed while it answers: what others do shows by itself, and a rewritten log is told. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';
import { type Alarms, registerAlarms } from './alarm.ts';
import { registryFollower } from './follow-registry.ts';
import type { Alarm } from './kept.ts';

/** What comes together is shown together; what this window did itself is shown by then. */
const SETTLE_MS = 1_500;

/**
 * @param memory of this machine, for all windows: which log was seen is the same for each
 * @param failed told of each call that failed, though it is tried again
 */
export function registerFollowing(
  workbench: Workbench,
  memory: vscode.Memento,
  failed: (error: unknown) => void,
): vscode.Disposable & { readonly alarms: Alarms } {
  const { session, prompts, log, report } = workbench;
  let timer: NodeJS.Timeout | undefined;
  /** When something happened last, in milliseconds since 1970. */
  let last = 0;

  const follower = registryFollower({
    memory,
    open: () => session.clientFor({ kind: 'read' }),
    raise: alarm => raise(alarm),
    happened() {
      last = Date.now();
      timer ??= setTimeout(() => {
        timer = undefined;
        if (prompts.loadedAt < last) void prompts.refresh();
      }, SETTLE_MS);
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
  await delay(milliseconds, undefined, { signal }).catch(() => undefined); // aborted: whoever waits looks at the signal
}
