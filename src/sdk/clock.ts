/** In milliseconds: clocks that tell different times have not run alike, as one of them was set or stood still. */
const DIFFERENCE = 50;

/**
 * Whole milliseconds since 1970 that never run backwards: a text must not grow younger when a clock is set.
 * @param timer milliseconds since whenever, which nobody sets; it may stand still while the machine sleeps
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
    // Whichever says that more has passed: a clock that was set back says too little, and so does one that stood still.
    last = Math.max(last, from + Math.max(byNow, byTimer));
    if (Math.abs(byNow - byTimer) > DIFFERENCE || from + byTimer < last - DIFFERENCE) {
      from = last;
      nowFrom += byNow;
      timerFrom += byTimer;
    }
    return Math.floor(last);
  };
}
