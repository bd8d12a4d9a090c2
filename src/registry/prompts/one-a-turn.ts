/** Limits long responses to one piece per turn of the event loop in total, however many are being written. */

/** In order of arrival; one list per thread. */
const waiting: (() => void)[] = [];

/** Resolves in its own turn of the event loop, one caller per turn. */
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
