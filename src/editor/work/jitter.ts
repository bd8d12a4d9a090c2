/** A random wait between half and all of the given one, so that many windows do not send requests at the same time. */
export function withJitter(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random() / 2);
}
