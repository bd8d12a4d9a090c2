/** Thrown when the embedded registry is not opened, since its log was changed behind its back. The message says where, and what to do. */
export class BrokenLog extends Error {
  override readonly name = 'BrokenLog';

  static is(error: unknown): error is BrokenLog {
    return error instanceof BrokenLog;
  }
}
