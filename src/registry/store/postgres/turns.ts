/** Lets so many have their turn at a time, in the order in which they asked. */

export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * @param patience how long to wait for one's turn, in ms
 * @param tooLong what to throw after that
 */
export function turns(atOnce: number, patience: number, tooLong: () => Error): Turns {
  let running = 0;
  const waiting = new Set<() => void>();

  return async work => {
    if (running >= atOnce) await turn();
    else running++;
    try {
      return await work();
    } finally {
      const [next] = waiting;
      if (next === undefined) running--;
      else next();
    }
  };

  /** Resolves with the place that somebody left. */
  function turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = () => {
        clearTimeout(timer);
        waiting.delete(take);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(take);
        reject(tooLong());
      }, patience);
      waiting.add(take);
    });
  }
}
