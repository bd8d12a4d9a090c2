/**
 * Waits for work that another call may have begun. In a worker, the work ends silently with the request that began it,
 * so every waiter has its own timer.
 * @param time in milliseconds
 * @param late the rejection after that
 * @param left rejects with its reason when it aborts; the work continues for other waiters
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
