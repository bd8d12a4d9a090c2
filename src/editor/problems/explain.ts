/** The message and buttons for a failure. Pure: `show.ts` shows it. */
import { RegistryUnreachable } from '../../client/unreachable.ts';
import { KEY_PROBLEMS, Problem, type ProblemCode } from '../../core/problem.ts';
import { withReadablePaths } from '../files/virtual-path.ts';

export type Remedy = 'retry' | 'set-key' | 'connect' | 'show-log';

export interface Explanation {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly remedies: readonly Remedy[];
}

const KEY_CODES: readonly ProblemCode[] = [...KEY_PROBLEMS, 'wrong_environment', 'publishing_not_allowed'];

/**
 * `doing` is the failed action, as the start of a sentence: `Publishing support/triage`. Undefined for a cancellation,
 * which needs no message.
 */
export function explain(error: unknown, doing: string): Explanation | undefined {
  if (isCanceled(error)) return undefined;
  const message = `${doing} failed: ${messageOf(error)}`;
  if (Problem.is(error, ...KEY_CODES))
    return { severity: 'error', message, remedies: ['set-key', 'show-log'] };
  if (Problem.is(error, 'rate_limited', 'queue_full', 'unavailable', 'internal_error'))
    return { severity: 'error', message, remedies: ['retry', 'show-log'] };
  if (Problem.is(error)) return { severity: 'error', message, remedies: ['show-log'] };
  if (RegistryUnreachable.is(error, 'not_a_registry', 'redirected', 'address_refused'))
    return { severity: 'error', message, remedies: ['connect', 'show-log'] };
  return { severity: 'error', message, remedies: ['retry', 'show-log'] };
}

export function isCanceled(error: unknown): boolean {
  return (
    RegistryUnreachable.is(error, 'cancelled') ||
    (error instanceof Error && (error.name === 'AbortError' || error.name === 'Canceled'))
  );
}

/** Returns true if it is unknown whether the registry carried out the change. */
export function mayHaveArrived(error: unknown): boolean {
  if (RegistryUnreachable.is(error) && error.neverArrived) return false;
  return (
    RegistryUnreachable.is(
      error,
      'cut_off',
      'timeout',
      'cancelled',
      'unavailable',
      'wrong_shape',
      'offline',
    ) || Problem.is(error, 'internal_error', 'unavailable')
  );
}

/**
 * A message for the person: one or more sentences with a full stop. An unreachable registry is named by its host,
 * without the URL's path and the system's message, which `logged` includes.
 */
export function messageOf(error: unknown): string {
  if (isOwnFault(error)) return 'PromptForge has an internal error. See the log for details.';
  const text = textOf(error);
  if (!RegistryUnreachable.is(error)) return withFullStop(text);
  const host = URL.parse(error.url)?.host;
  const plain = error.technical === '' ? text : text.replace(error.technical, '');
  return withFullStop(host === undefined ? plain : plain.replaceAll(error.url, host));
}

/**
 * Returns true for an error by JavaScript itself, whose message is about the program, not about what the person did.
 */
function isOwnFault(error: unknown): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some(kind => error instanceof kind);
}

/** The full text of an error, for the log. */
export function logged(error: unknown): string {
  return withFullStop(textOf(error));
}

function textOf(error: unknown): string {
  return withReadablePaths(error instanceof Error ? error.message : String(error));
}

function withFullStop(text: string): string {
  return /[.!?)]$/.test(text) ? text : `${text}.`;
}
