/** A worker of the pool, which runs one task after the other. */
import { LIMITS, type Limits } from '../../core/evaluate/limits.ts';
import { Problem } from '../../core/problem.ts';
import { serveTasks } from '../workers/serve-tasks.ts';
import { lowerPriority, resting, yieldMemory } from './give-way.ts';
import { type PlainProblem, toPlain } from './plain.ts';
import { TASKS, type TaskName } from './tasks.ts';

export interface Task {
  readonly name: TaskName;
  readonly request: unknown;
}

export type TaskOutcome = { readonly value: unknown } | { readonly problem: PlainProblem };

/** @throws internal errors of the registry */
async function run({ name, request }: Task): Promise<TaskOutcome> {
  const limits: Limits = { ...LIMITS, rest: resting() };
  try {
    return {
      value: await (TASKS[name] as (request: unknown, limits: Limits) => Promise<unknown>)(request, limits),
    };
  } catch (error) {
    if (Problem.is(error)) return { problem: toPlain(error) };
    throw error;
  }
}

// Delivery has priority when the cores are busy.
lowerPriority();
yieldMemory();
serveTasks(task => run(task as Task));
