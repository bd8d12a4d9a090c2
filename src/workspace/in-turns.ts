/** Processes a list, a number of items at a time. */

/**
 * Processes `atOnce` items at a time. After a failure it begins no other item, and rejects with the first failure once
 * no item is in progress.
 */
export async function inTurns<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (next < items.length && failure === undefined) {
      const index = next;
      next += 1;
      try {
        await work(items[index] as T, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
}

/**
 * Yields the result of `work` for each item, in order, working ahead on up to `count` items. When it ends, for whatever
 * reason, no work is pending.
 */
export async function* ahead<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  count: number,
): AsyncGenerator<R, void, undefined> {
  const begun: Promise<R>[] = [];
  let next = 0;
  try {
    while (next < items.length || begun.length > 0) {
      while (next < items.length && begun.length <= count) {
        const working = work(items[next] as T);
        working.catch(() => {}); // reported when its turn comes
        begun.push(working);
        next += 1;
      }
      yield await (begun.shift() as Promise<R>);
    }
  } finally {
    await Promise.allSettled(begun);
  }
}
