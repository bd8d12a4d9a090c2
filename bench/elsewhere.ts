/** For processes that would really run on other machines: they must not take processor time from the measured one. */
import { spawnSync } from 'node:child_process';
import { setPriority } from 'node:os';

const LOWEST = 19;

/**
 * Lets this process run only when no other process needs the processor (SCHED_IDLE, sched(7)). With only the lowest
 * priority, Linux lets it run for up to 3 ms at a time. Without `chrt` (util-linux), it has only that priority.
 */
export function comeFromElsewhere(): void {
  setPriority(LOWEST);
  spawnSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(process.pid)]);
}
