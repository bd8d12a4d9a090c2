/** Why a data folder cannot be opened. The message explains what is wrong and what to do; `serve` prints it and stops. */

export type DataFolderProblemCode =
  | 'not_found'
  | 'not_writable'
  /** Users other than the owner may read it, or a file in it. */
  | 'not_private'
  | 'not_a_database'
  | 'not_a_key'
  /** The events carry MACs, but the process does not have the key. */
  | 'key_needed'
  | 'older_schema'
  | 'newer_schema'
  | 'chain_broken'
  | 'head_lost'
  | 'other_signer';

export class DataFolderProblem extends Error {
  override readonly name = 'DataFolderProblem';
  readonly code: DataFolderProblemCode;

  constructor(code: DataFolderProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static is(error: unknown, ...codes: readonly DataFolderProblemCode[]): error is DataFolderProblem {
    return error instanceof DataFolderProblem && (codes.length === 0 || codes.includes(error.code));
  }
}
