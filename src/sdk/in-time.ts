/**
 * Waits for work that another call may have begun. In a worker, the work ends silently with the request that began it,
 * so every waiter has its own timer.
 * @param time in milliseconds
 * @param late creates the error to reject with after that time
 * @param left the signal of this waiter: when it aborts, the wait rejects with its reason and the work continues
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
