/** Limits long work in favor of deliveries on the same cores: its priority, rests, and memory. */
import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';

/** Milliseconds of work after which it rests. */
const SPELL = 0.3;
/** Milliseconds; the system adds about 0.05. */
const SHORT_REST = 0.05;
/** Milliseconds, if others need the core. */
const LONG_REST = 3;
/** Milliseconds of a spell without the core that count as waiting: less is within the difference of the clocks. */
const WAITED = 0.05;

/** In milliseconds. */
export interface RestClock {
  /** Wall-clock time. */
  now(): number;
  /** Processor time used by the work. */
  used(): number;
  wait(milliseconds: number): void;
}

/**
 * Called regularly during the work. If the work had to wait for the core, others need it, and get most of it. A low
 * priority alone is not enough, because Linux lets a thread that just started run for up to 3 ms whatever its priority,
 * and does not move others to a core that it keeps busy.
 */
export function resting({ now, used, wait }: RestClock = CLOCK): () => void {
  let begun = now();
  let usedBefore = used();
  return () => {
    const passed = now() - begun;
    if (passed < SPELL) return;
    wait(passed - (used() - usedBefore) > WAITED ? LONG_REST : SHORT_REST);
    begun = now();
    usedBefore = used();
  };
}

const cell = new Int32Array(new SharedArrayBuffer(4));
/** Older engines count for the whole process; with one thread at work that is nearly the same. */
const cpuUsage = process.threadCpuUsage ?? process.cpuUsage;
const CLOCK: RestClock = {
  now: () => performance.now(),
  used: () => {
    const { user, system } = cpuUsage.call(process);
    return (user + system) / 1000;
  },
  wait: milliseconds => void Atomics.wait(cell, 0, 0, milliseconds),
};

/** With 2 the p99 of deliveries doubles, with 15 it stays. */
const NICENESS = 15;

/** For the calling thread, and in a process of its own also for the engine's helper threads, which collect garbage. */
export function lowerPriority(): void {
  try {
    for (const thread of ownThreads()) setPriority(thread, NICENESS);
  } catch {
    // A system that forbids it serves all the same.
  }
}

/** Zero is the calling thread; except on Linux, a thread's priority is that of its process. */
function ownThreads(): number[] {
  if (process.platform !== 'linux') return isMainThread ? [0] : [];
  return isMainThread ? readdirSync('/proc/self/task').map(Number) : [0];
}

/** If the system runs out of memory, it ends this process rather than the registry. */
export function yieldMemory(): void {
  if (!isMainThread) return;
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Only Linux has it, and not everywhere: it is a preference.
  }
}
