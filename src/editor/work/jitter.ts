/** A wait of somewhere between its half and the whole, so that many windows do not ask at the same time. */
export function withJitter(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random() / 2);
}
