/** In milliseconds: if clocks differ by more, one of them was set or stopped. */
const DIFFERENCE = 50;

/**
 * A clock in whole milliseconds since 1970 that never runs backwards, so that no text becomes younger when the system
 * clock is set.
 * @param timer milliseconds of a monotonic clock, which may stop while the machine sleeps
 */
export function steadyClock(
  now: () => number = Date.now,
  timer: () => number = () => performance.now(),
): () => number {
  let nowFrom = now();
  let timerFrom = timer();
  let from = nowFrom;
  let last = from;
  return () => {
    const byNow = now() - nowFrom;
    const byTimer = timer() - timerFrom;
    // The longer of the two durations: a clock that was set back or that stopped shows too little.
    last = Math.max(last, from + Math.max(byNow, byTimer));
    if (Math.abs(byNow - byTimer) > DIFFERENCE || from + byTimer < last - DIFFERENCE) {
      from = last;
      nowFrom += byNow;
      timerFrom += byTimer;
    }
    return Math.floor(last);
  };
}
