/** Milliseconds since 1970 that never run backwards: a text must not grow younger when a clock is set. */
export function steadyClock(now: () => number = Date.now): () => number {
  let last = 0;
  let ahead = 0;
  return () => {
    let time = now() + ahead;
    if (time < last) {
      ahead += last - time;
      time = last;
    }
    last = time;
    return time;
  };
}
