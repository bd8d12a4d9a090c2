/** A worker of the pool: does one task after the other. */
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { Problem } from '../../core/problem.ts';
import { serveTasks } from '../workers/serve-tasks.ts';
import { type PlainProblem, toPlain } from './plain.ts';
import { TASKS, type TaskName } from './tasks.ts';

export interface Task {
  readonly name: TaskName;
  readonly request: unknown;
}

export type Outcome = { readonly value: unknown } | { readonly problem: PlainProblem };

/** @throws what is a fault of the registry's own */
async function run({ name, request }: Task): Promise<Outcome> {
  try {
    return { value: await (TASKS[name] as (request: unknown) => Promise<unknown>)(request) };
  } catch (error) {
    if (Problem.is(error)) return { problem: toPlain(error) };
    throw error;
  }
}

/**
 * Where the cores are busy, the thread that delivers comes first: with 2 its p99 doubles, with 15 it stays. Elsewhere
 * than on Linux the priority of a thread would be about the whole process.
 */
const NICENESS = 15;
if (isMainThread || process.platform === 'linux') setPriority(NICENESS);
if (isMainThread) yieldMemory();
serveTasks(task => run(task as Task));

/** Where the system runs out of memory, it ends a worker rather than the registry. */
function yieldMemory(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Only Linux has it, and not everywhere: it is a preference.
  }
}
