/**
 * Semantic tokens for what a TextMate grammar cannot distinguish: declared and undeclared variables, block parameters,
 * helpers, partials and parts of a path. package.json maps the token types to scopes that themes color. The types are
 * our own, so that other languages keep their colors.
 */
import type { Analysis } from '../analysis/analysis.ts';
import type { HelperUse, PathUse } from '../names/resolved.ts';
import type { Span } from '../results/span.ts';
import type { Block, PathNode } from '../syntax/nodes.ts';
import type { Declared, ValueType } from '../types/value-type.ts';

export const TOKEN_TYPES = [
  'promptVariable',
  'promptProperty',
  'promptParameter',
  'promptHelper',
  'promptPartial',
  'promptData',
] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

/** `undeclared`: nothing has that name, so it is probably misspelled. */
export const TOKEN_MODIFIERS = ['declaration', 'undeclared', 'readonly'] as const;
export type TokenModifier = (typeof TOKEN_MODIFIERS)[number];

export interface SemanticToken {
  readonly span: Span;
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

/** Sorted tokens, each on one line, never empty or overlapping. Never throws. */
export function semanticTokens(analysis: Analysis): SemanticToken[] {
  const tokens = [...tokensOfFrontMatter(analysis), ...tokensOfBody(analysis)];
  tokens.sort((one, other) => one.span.start - other.span.start || one.span.end - other.span.end);
  let end = 0;
  return tokens
    .flatMap(token => onOneLine(token, analysis.text))
    .filter(({ span }) => {
      const isFree = span.start >= end && span.start < span.end;
      if (isFree) end = span.end;
      return isFree;
    });
}

function* tokensOfFrontMatter({ frontMatter }: Analysis): Generator<SemanticToken> {
  // Types that aliases or references share are read once.
  const seen = new Set<ValueType>();
  yield* declarations(frontMatter.variables, 'promptVariable', seen);
  const names = new Set(frontMatter.variables.map(({ nameSpan }) => nameSpan?.start));
  for (const { keySpan } of frontMatter.defaults.values())
    if (!names.has(keySpan.start)) yield token(keySpan, 'promptVariable');
}

function* declarations(
  declared: readonly Declared[],
  type: TokenType,
  seen: Set<ValueType>,
): Generator<SemanticToken> {
  for (const { nameSpan, type: valueType } of declared) {
    if (nameSpan !== undefined) yield token(nameSpan, type, 'declaration');
    let inner = valueType;
    while (inner.kind === 'array') inner = inner.items;
    if (inner.kind !== 'object' || seen.has(inner)) continue;
    seen.add(inner);
    yield* declarations(inner.properties, 'promptProperty', seen);
  }
}

function* tokensOfBody({ resolved, frontMatter }: Analysis): Generator<SemanticToken> {
  const paths = new Map<PathNode, PathUse>(resolved.paths.map(use => [use.path, use]));
  const helpers = new Map<Block | undefined, HelperUse>(resolved.helpers.map(use => [use.block, use]));
  for (const use of resolved.paths) yield* tokensOfPath(use, frontMatter.declaresInput);
  for (const use of resolved.helpers) yield tokenOfHelper(use, use.span);
  for (const block of resolved.blocks) {
    for (const { span } of block.blockParams) yield token(span, 'promptParameter', 'declaration');
    if (block.close === undefined) continue;
    const { span } = block.close.name;
    const helper = helpers.get(block);
    if (helper !== undefined) yield tokenOfHelper(helper, span);
    const callee = block.call?.callee;
    const path = callee?.type === 'path' ? paths.get(callee) : undefined;
    const last = path && [...tokensOfPath(path, frontMatter.declaresInput)].at(-1);
    if (last !== undefined) yield { ...last, span };
  }
  for (const { name, close } of resolved.partials) {
    if (name !== undefined) yield token(name.span, 'promptPartial');
    if (close !== undefined) yield token(close.name.span, 'promptPartial');
  }
  for (const { name } of resolved.inlines)
    if (name !== undefined) yield token(name.span, 'promptPartial', 'declaration');
}

function* tokensOfPath(
  { path, segments, meaning }: PathUse,
  declaresInput: boolean,
): Generator<SemanticToken> {
  for (const [index, { span, declared, container, missing }] of segments.entries()) {
    const isFirst = index === 0;
    if (isFirst && path.data)
      yield token({ start: path.span.start, end: span.end }, 'promptData', 'readonly');
    else if (container === 'input')
      yield declaresInput && declared === undefined
        ? token(span, 'promptVariable', 'undeclared')
        : token(span, 'promptVariable');
    else if (isFirst && meaning.kind === 'block-param') yield token(span, 'promptParameter');
    else if (missing || (isFirst && meaning.kind === 'outside'))
      yield token(span, 'promptProperty', 'undeclared');
    else yield token(span, 'promptProperty');
  }
}

function tokenOfHelper({ known }: HelperUse, span: Span): SemanticToken {
  return known ? token(span, 'promptHelper') : token(span, 'promptHelper', 'undeclared');
}

function token(span: Span, type: TokenType, ...modifiers: TokenModifier[]): SemanticToken {
  return { span, type, modifiers };
}

/** Splits a token by line, since a name in brackets, or a key, may span several lines. */
function onOneLine(token: SemanticToken, text: string): SemanticToken[] {
  const { start, end } = token.span;
  const written = text.slice(start, end);
  if (!/[\r\n]/.test(written)) return [token];
  const pieces: SemanticToken[] = [];
  for (const match of written.matchAll(/[^\r\n]+/g))
    pieces.push({
      ...token,
      span: { start: start + match.index, end: start + match.index + match[0].length },
    });
  return pieces;
}
