/** Converts an input to JSON and back, so that it means the same here and in the registry. */
import { PromptForgeError } from './errors.ts';

/**
 * Returns a copy with only what JSON can represent, and without a top-level value named `__proto__`.
 * @throws PromptForgeError `invalid_input`
 */
export function jsonOf(input: unknown): Readonly<Record<string, unknown>> {
  let text: string | undefined;
  try {
    text = JSON.stringify(input);
  } catch (cause) {
    throw new PromptForgeError(
      'invalid_input',
      'The input cannot be written as JSON: it refers to itself, or holds a BigInt. Give plain values.',
      {},
      { cause },
    );
  }
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PromptForgeError('invalid_input', 'The input must be an object of values by variable name.');
  if (/\\ud[89a-f]/i.test(text as string) && !isWellFormed(text as string))
    throw new PromptForgeError(
      'invalid_input',
      'A text of the input contains a lone surrogate, half of a character, which UTF-8 cannot encode. Remove it.',
    );
  // The registry reads no value of this name.
  Reflect.deleteProperty(value, '__proto__');
  return value as Record<string, unknown>;
}

/** JSON.stringify escapes a lone surrogate; if the backslash itself is escaped, it is only text. */
function isWellFormed(json: string): boolean {
  return !/(?:^|[^\\])(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/i.test(json);
}
