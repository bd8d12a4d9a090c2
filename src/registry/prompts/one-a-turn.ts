/** Limits long responses to one piece per turn of the event loop in total, however many are being written. */

/** In the order in which they came; of this thread. */
const waiting: (() => void)[] = [];

/** Resolves in a turn in which nobody else's does. */
export function oneATurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.push(resolve);
  if (waiting.length === 1) setImmediate(next);
  return promise;
}

function next(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(next);
}
