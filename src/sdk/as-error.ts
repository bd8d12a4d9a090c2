import { type ErrorCode, PromptForgeError } from './errors.ts';

/** An error of any kind as one of ours. */
export function asError(error: unknown, code: ErrorCode, message: string): PromptForgeError {
  return PromptForgeError.is(error) ? error : new PromptForgeError(code, message, {}, { cause: error });
}
