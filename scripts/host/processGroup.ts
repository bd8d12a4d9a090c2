// Starts a program as the leader of its own process group and ends the whole group, so that no grandchild, such as an
// extension host or a keyring, outlives it.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const GRACE_MS = 5_000;

/** Starts a program in its own process group. On Windows there are none, and `endGroup` ends the process tree. */
export function spawnGroup(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(command, args, { ...options, detached: process.platform !== 'win32' });
}

/** Ends a process started by `spawnGroup`, and its whole group: SIGTERM, then SIGKILL after five seconds. */
export async function endGroup(leader: ChildProcess): Promise<void> {
  if (leader.pid === undefined) return;
  const exited = leader.exitCode !== null || leader.signalCode !== null ? undefined : once(leader, 'exit');
  signalGroup(leader.pid, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  while (groupIsAlive(leader.pid) && Date.now() < deadline) await delay(50);
  signalGroup(leader.pid, 'SIGKILL');
  await exited;
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(leader), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-leader, signal);
  } catch {
    // ESRCH: the whole group has already ended.
  }
}

function groupIsAlive(leader: number): boolean {
  if (process.platform === 'win32') return false;
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}
