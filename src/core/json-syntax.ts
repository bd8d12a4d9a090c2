/** Finds the first syntax error in a JSON text (RFC 8259). */
import { type ParseErrorCode, visit } from 'jsonc-parser';
import { wordsOfJsonError } from './json-words.ts';

export interface JsonFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** One sentence or two, which repeat nothing of the text. */
  readonly message: string;
}

/** The parser calls itself for each level. */
const MAX_DEPTH = 1000;

/** The first error; undefined if there is none, or if it nests too deeply to be checked. */
export function jsonFault(text: string): JsonFault | undefined {
  if (text.trim() === '') return { line: 1, column: 1, message: 'A value is missing here.' };
  if (isDeep(text)) return undefined;
  try {
    visit(text, { onError: foundAt }, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    const { offset, code, line, character } = error;
    return {
      line: line + 1,
      column: character + 1,
      message: wordsOfJsonError({ error: code, offset }, text),
    };
  }
  return undefined;
}

/** Thrown to end the visit at the first error: there may be one for each character. */
class Found extends Error {
  readonly code: ParseErrorCode;
  readonly offset: number;
  readonly line: number;
  readonly character: number;

  constructor(code: ParseErrorCode, offset: number, line: number, character: number) {
    super('found');
    this.code = code;
    this.offset = offset;
    this.line = line;
    this.character = character;
  }
}

function foundAt(code: ParseErrorCode, offset: number, _: number, line: number, character: number): never {
  throw new Found(code, offset, line, character);
}

/** Also counts brackets in strings: nobody reads such a text. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const { 0: bracket } of text.matchAll(/[[{\]}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}
