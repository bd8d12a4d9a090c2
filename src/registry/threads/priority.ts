/** Who gets the processor where both want it. On Linux each thread has a priority of its own, and hands it to those it starts. */
import { getPriority, setPriority } from 'node:os';

/** Of a thread that gives way to one of the usual priority: it keeps a tenth. */
const NICENESS = 10;

export function priorityNow(): number {
  return process.platform === 'linux' ? getPriority() : 0;
}

/** Of the calling thread, and those that it starts from now on. */
export function giveWay(): void {
  setOwn(NICENESS);
}

/** For a thread that was started by one that gives way: only a privileged process may raise a priority again. */
export function takePriority(priority: number): void {
  if (priorityNow() > priority) setOwn(priority);
}

function setOwn(priority: number): void {
  try {
    if (process.platform === 'linux') setPriority(priority);
  } catch {
    // A system that forbids it serves all the same.
  }
}
