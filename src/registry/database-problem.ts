/** Why a database on a server cannot be used. The message explains what is wrong and what to do, and never contains a password. */

export type DatabaseProblemCode =
  | 'invalid_url'
  | 'unreachable'
  | 'login_refused'
  | 'no_database'
  | 'too_old'
  | 'not_permitted'
  | 'foreign'
  | 'no_registry'
  | 'older_schema'
  | 'newer_schema'
  | 'chain_broken';

export class DatabaseProblem extends Error {
  override readonly name = 'DatabaseProblem';
  readonly code: DatabaseProblemCode;

  constructor(code: DatabaseProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static is(error: unknown, ...codes: readonly DatabaseProblemCode[]): error is DatabaseProblem {
    return error instanceof DatabaseProblem && (codes.length === 0 || codes.includes(error.code));
  }
}
