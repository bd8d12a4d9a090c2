/** Data for threads: problems as plain data, texts as bytes. */
import { shownBytes } from '../../contract/body-limits.ts';
import { Problem, type ProblemCode, type ProblemDetails } from '../../core/problem.ts';
import type { Text } from '../http/work.ts';

/** Errors lose their code when they are copied. */
export interface PlainProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly details: ProblemDetails;
}

export function toPlain({ code, message, details }: Problem): PlainProblem {
  return { code, message, details };
}

export function fromPlain({ code, message, details }: PlainProblem): Problem {
  return new Problem(code, message, details);
}

/** In UTF-16 code units: longer texts are encoded by their creator. */
const LONG = 16 * 1024;
/** The size of the longest text as JSON: 4 Mi characters of six bytes each. */
const MAX_OUTPUT = 32 * 1024 * 1024;

/** @throws Problem `too_expensive` for a text that is longer than a response may be */
export function packed(text: string): Text {
  if (text.length <= LONG) return text;
  const bytes = Buffer.from(text);
  if (bytes.byteLength > MAX_OUTPUT)
    throw new Problem(
      'too_expensive',
      `The response would have ${bytes.byteLength} bytes, and at most ${shownBytes(MAX_OUTPUT)} are allowed. Use a smaller input, or request text instead of JSON.`,
    );
  return bytes;
}

/** Reverses `packed`: a copy of a buffer is an array of bytes. */
export function unpacked(text: string | Uint8Array): Text {
  return typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}
