/** The registry of the window is followed while it answers: what others do shows by itself, and a rewritten log is told. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { LogPosition } from '../../client/chain-check.ts';
import { EMBEDDED } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';
import { type Alarms, registerAlarms } from './alarm.ts';

/** What comes together is shown together; what this window did itself is shown by then. */
const SETTLE_MS = 1_500;

/** @param memory of this machine, for all windows: which log was seen is the same for each */
export function registerFollowing(
  workbench: Workbench,
  memory: vscode.Memento,
): vscode.Disposable & { readonly alarms: Alarms } {
  const { session, prompts, log, report } = workbench;
  let following: { readonly registry: string; readonly controller: AbortController } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const stop = () => {
    following?.controller.abort();
    following = undefined;
    clearTimeout(timer);
    timer = undefined;
  };
  const alarms = registerAlarms(workbench, memory, async registry => {
    await memory.update(placeOf(registry), undefined);
    follow();
  });
  const happened = () => {
    const since = Date.now();
    timer ??= setTimeout(() => {
      timer = undefined;
      if (prompts.loadedAt < since) void prompts.refresh();
    }, SETTLE_MS);
  };
  const start = async (registry: string, signal: AbortSignal) => {
    const [client, { followLog }] = await Promise.all([
      session.clientFor({ kind: 'read' }),
      import('./follow-log.ts'),
    ]);
    const follower = {
      position: memory.get<LogPosition>(placeOf(registry)),
      keep: (position: LogPosition) => memory.update(placeOf(registry), position),
      happened,
      rewritten(error: Error) {
        stop();
        const alarm = { registry, seenAt: new Date().toISOString(), message: error.message };
        alarms.raise(alarm).catch((failure: unknown) => report(failure, 'Raising the alarm'));
      },
    };
    await followLog(client, follower, signal, pause);
  };
  const follow = () => {
    const { state, registry } = session;
    if (registry !== following?.registry) stop();
    // The embedded registry is one's own database, and nobody else writes to it.
    if (state.kind !== 'connected' || registry === undefined || registry === EMBEDDED) return;
    if (following !== undefined || alarms.of(registry) !== undefined) return;
    const controller = new AbortController();
    following = { registry, controller };
    start(registry, controller.signal).catch((error: unknown) => {
      if (!controller.signal.aborted) log.warn(`${registry} is not followed: ${String(error)}`);
      if (following?.controller === controller) following = undefined;
    });
  };
  return Object.assign(
    vscode.Disposable.from(alarms, session.onDidChange(follow), new vscode.Disposable(stop)),
    { alarms },
  );
}

/** `1`: of this form of a position. */
function placeOf(registry: string): string {
  return `promptforge.log.1 ${registry}`;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined); // aborted: whoever waits looks at the signal
}
