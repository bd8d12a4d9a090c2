/** Writes paths for messages as they must be written in a template. */
import type { PathExpression } from './syntax-tree.ts';

/** The parser's `original` lacks brackets: `items.[0]` is `items.0` there, which cannot be parsed. */
export function writtenPath({ original, parts }: PathExpression): string {
  if (parts.every(part => PLAIN.test(part))) return original;
  const [before = ''] = /^@?(?:\.\.\/)*(?:this[./]|\.\/)?/.exec(original) ?? [];
  return before + parts.map(partAsWritten).join('.');
}

function partAsWritten(part: string): string {
  // The parser does not remove the brackets of a name that contains a line separator.
  return PLAIN.test(part) || /^\[.*\]$/s.test(part) ? part : `[${part}]`;
}

/** A part of a path that needs no brackets at any place in it. */
const PLAIN = /^(?!(?:true|false|null|undefined|this|as|else)$)[\p{L}_][\w\p{L}\p{M}-]*$/u;
