/** Semantic tokens as VS Code reads them: five numbers a token (SemanticTokensBuilder's documentation). */
import { type SemanticToken, TOKEN_MODIFIERS, TOKEN_TYPES } from '../language/semantic-tokens.ts';
import type { LineIndex } from './line-index.ts';

/**
 * Line and character relative to the token before, length, type, and a bit for each modifier: indexes of
 * `TOKEN_TYPES` and `TOKEN_MODIFIERS`.
 */
export function encodeTokens(
  tokens: readonly SemanticToken[],
  lines: LineIndex,
  { withUndeclared }: { readonly withUndeclared: boolean },
): Uint32Array<ArrayBuffer> {
  const data = new Uint32Array(tokens.length * 5);
  let before = { line: 0, character: 0 };
  for (const [index, { span, type, modifiers }] of tokens.entries()) {
    const place = lines.positionAt(span.start);
    const isSameLine = place.line === before.line;
    data[index * 5] = place.line - before.line;
    data[index * 5 + 1] = isSameLine ? place.character - before.character : place.character;
    data[index * 5 + 2] = span.end - span.start;
    data[index * 5 + 3] = TOKEN_TYPES.indexOf(type);
    data[index * 5 + 4] = modifiers
      .filter(modifier => withUndeclared || modifier !== 'undeclared')
      .reduce((bits, modifier) => bits | (1 << TOKEN_MODIFIERS.indexOf(modifier)), 0);
    before = place;
  }
  return data;
}
