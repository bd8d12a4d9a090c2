/** A thread for tests of the pool: does as it is told. */
import { setTimeout as sleep } from 'node:timers/promises';

export type Order =
  | { readonly kind: 'echo'; readonly value: unknown }
  | { readonly kind: 'fail' | 'end' | 'loop' | 'memory' | 'sleep' };

export async function run(order: Order): Promise<unknown> {
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
    default:
      for (;;);
  }
}
