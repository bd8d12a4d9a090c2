import { type ErrorCode, PromptForgeError } from './errors.ts';

/** Returns a PromptForgeError as it is; any other error becomes the `cause` of a new one. */
export function asError(error: unknown, code: ErrorCode, message: string): PromptForgeError {
  return PromptForgeError.is(error) ? error : new PromptForgeError(code, message, {}, { cause: error });
}
