/** A worker for tests of the pool: does as it is told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { serveTasks } from '../../../src/registry/workers/serve-tasks.ts';

export type Order =
  | { readonly kind: 'echo'; readonly value: unknown }
  | { readonly kind: 'fail' | 'end' | 'loop' | 'memory' | 'json' | 'sleep' };

async function run(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'echo':
      return order.value;
    case 'fail':
      throw new Error('It failed.');
    case 'end':
      throw setImmediate(() => {
        throw new Error('The thread fell.');
      });
    case 'sleep':
      await sleep(2 ** 30);
      return undefined;
    case 'memory': {
      const all: unknown[] = [];
      for (;;) all.push(Array.from({ length: 1000 }, (_, index) => ({ index })));
    }
    case 'json': {
      // Runs out of memory within the engine's own code.
      let text = '[0]';
      for (let times = 0; times < 24; times++) text = `[${text},${text}]`;
      return JSON.parse(text).length;
    }
    default:
      for (;;);
  }
}

serveTasks(order => run(order as Order));
