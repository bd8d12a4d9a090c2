/** Checks a thread once a second: keeps its figures, and terminates it if it no longer answers. */
import type { ThreadMetrics } from '../serving/front.ts';
import type { DeliveryThread } from './delivery-thread-handle.ts';

/** In ms. */
const LOOK = 1000;
/** No task of a delivery thread takes as long as this many checks. */
const PATIENCE = 10;

/** Watches a thread until it ends. @param look the interval in ms */
export function watchThread(
  thread: Pick<DeliveryThread, 'ask' | 'ended' | 'terminate'>,
  onCounted: (figures: ThreadMetrics) => void,
  look = LOOK,
): void {
  let asked = false;
  let missed = 0;
  const looking = setInterval(() => {
    // Counts checks instead of seconds, because a machine that slept made only one.
    if (asked) {
      missed++;
      if (missed >= PATIENCE) thread.terminate(hangs(look));
      return;
    }
    asked = true;
    missed = 0;
    void thread.ask({ kind: 'metrics' }).then(figures => {
      asked = false;
      if (figures !== undefined) onCounted(figures as ThreadMetrics);
    });
  }, look).unref();
  void thread.ended.then(() => clearInterval(looking));
}

function hangs(look: number): Error {
  return new Error(`A thread that delivers did not answer for ${(PATIENCE * look) / 1000} s and was ended.`);
}
