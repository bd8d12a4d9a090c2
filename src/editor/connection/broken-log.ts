/** Thrown when the embedded registry is not opened because its log was modified by other means. The message has the place and the remedy. */
export class BrokenLog extends Error {
  override readonly name = 'BrokenLog';

  static is(error: unknown): error is BrokenLog {
    return error instanceof BrokenLog;
  }
}
