/** The exit codes of the command, which scripts build on: docs/cli.md. */
import { RegistryUnreachable } from '../client/unreachable.ts';
import { Problem, type ProblemCode } from '../core/problem.ts';
import { DataFolderProblem } from '../registry/data-folder-problem.ts';
import { DatabaseProblem } from '../registry/database-problem.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';

export const EXIT = {
  ok: 0,
  /** The command was refused, or failed. */
  refused: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A prompt or its input is wrong: an invalid source, a missing input. */
  invalid: 3,
  /** The environment is wrong: a data folder, a database, a registry, a file, a port, or the version of Node. */
  environment: 4,
  /** Files and registry differ (`status --check`). */
  differs: 5,
  /** The request still waits for approvals or its time (`promote --wait`). */
  waiting: 6,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error found by a command itself. `message` tells the user what happened and what to do. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

const INVALID: readonly ProblemCode[] = [
  'invalid_source',
  'missing_input',
  'invalid_input',
  'too_expensive',
  'too_large',
  'invalid_name',
];

/** The exit code of a failed command. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandFailure) return error.exitCode;
  if (Problem.is(error, ...INVALID)) return EXIT.invalid;
  if (Problem.is(error, 'unavailable') || DataFolderProblem.is(error) || DatabaseProblem.is(error))
    return EXIT.environment;
  if (RegistryUnreachable.is(error))
    return error.reason === 'address_refused' ? EXIT.usage : EXIT.environment;
  if (WorkspaceError.is(error, 'file_missing', 'unreadable', 'not_writable', 'lock_not_written'))
    return EXIT.environment;
  if (WorkspaceError.is(error, 'file_exists')) return EXIT.refused;
  if (WorkspaceError.is(error)) return EXIT.invalid;
  return EXIT.refused;
}
