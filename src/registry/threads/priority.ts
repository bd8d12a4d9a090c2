/** Priorities of threads that compete for the processor. On Linux each thread has its own, which the threads that it starts inherit. */
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** The niceness of a thread that yields to one of normal priority: it keeps a tenth. */
const NICENESS = 10;
const OWN = 0;
const THREADS = '/proc/self/task';

export function priorityNow(): number {
  return process.platform === 'linux' ? getPriority() : 0;
}

/** The engine's name for helper threads, which collect the garbage of all threads. */
const HELPER = 'V8Worker';

/**
 * Lowers the priority of the calling thread, of those that it starts from now on, and of the engine's helpers, which
 * mostly work for it.
 */
export function giveWay(): void {
  setOwn(NICENESS);
  for (const helper of helpers()) setPriorityOf(helper, NICENESS);
}

function helpers(): number[] {
  if (process.platform !== 'linux') return [];
  try {
    const threads = readdirSync(THREADS);
    const isHelper = (thread: string) => readFileSync(`${THREADS}/${thread}/comm`, 'utf8').startsWith(HELPER);
    return threads.filter(isHelper).map(Number);
  } catch {
    // Without /proc, helpers keep their priority.
    return [];
  }
}

/** For a thread that was started by a yielding one: only a privileged process may raise a priority again. */
export function takePriority(priority: number): void {
  if (priorityNow() > priority) setOwn(priority);
}

function setOwn(priority: number): void {
  setPriorityOf(OWN, priority);
}

/** @param thread its id in the operating system */
function setPriorityOf(thread: number, priority: number): void {
  try {
    if (process.platform === 'linux') setPriority(thread, priority);
  } catch {
    // A system that forbids it serves all the same.
  }
}
