/** The longest time that a thread works without a break: its processor time, because the machine may be busy. */

/** Measures every millisecond how long the thread has worked since the last time. */
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
