/** The time a thread works in one piece, by its own time: on a busy machine the clock alone says little. */

/** Looks every millisecond how long the thread has worked since. */
export function heldInOnePiece(): { end(): number } {
  let longest = 0;
  let before = process.threadCpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.threadCpuUsage();
  }, 1);
  return {
    end: () => {
      clearInterval(timer);
      return longest;
    },
  };
}
