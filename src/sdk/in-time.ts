/**
 * Waits for work that others may have begun. In a worker it ends with the request that began it, and nobody is told, so
 * whoever waits has a timer of its own.
 * @param time in milliseconds
 * @param late what it rejects with after that
 * @param left rejects with its reason when it aborts; the work goes on for whoever else waits for it
 */
export async function inTime<T>(
  work: Promise<T>,
  time: number,
  late: () => Error = () => new Error(`It took more than ${time} ms.`),
  left?: AbortSignal,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let leave = () => {};
  try {
    return await new Promise<T>((resolve, reject) => {
      work.then(resolve, reject);
      timer = setTimeout(() => reject(late()), time);
      leave = () => reject(left?.reason);
      if (left?.aborted) leave();
      left?.addEventListener('abort', leave);
    });
  } finally {
    clearTimeout(timer);
    left?.removeEventListener('abort', leave);
  }
}
