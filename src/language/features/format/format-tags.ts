/** Edits for white space in tags: one space between arguments, none at the braces, around "=" and inside "(…)". */
import type { Analysis } from '../../analysis/analysis.ts';
import type { TextEdit } from '../../results/edit.ts';
import { textOf } from '../../results/span.ts';
import { lex, TAG_CLOSES, TAG_OPENS, type TagToken, type TokenKind } from '../../syntax/lex.ts';
import { MAX_PLACES } from '../../syntax/token-cursor.ts';

/** Tokens that a space follows: `{{> name}}`, `{{else if a}}`. */
const SPACE_AFTER: ReadonlySet<TokenKind> = new Set([
  'OPEN_PARTIAL',
  'OPEN_PARTIAL_BLOCK',
  'OPEN_INVERSE_CHAIN',
]);
const NONE_AFTER: ReadonlySet<TokenKind> = new Set([
  ...[...TAG_OPENS].filter(kind => !SPACE_AFTER.has(kind)),
  'OPEN_SEXPR',
  'OPEN_BLOCK_PARAMS',
  'SEP',
  'DATA',
  'EQUALS',
]);
const NONE_BEFORE: ReadonlySet<TokenKind> = new Set([
  ...TAG_CLOSES,
  'CLOSE_SEXPR',
  'CLOSE_BLOCK_PARAMS',
  'SEP',
  'EQUALS',
]);

/** The edits in order. Tags with an error are unchanged, and so are line breaks. */
export function formatTags({ text, body }: Analysis): TextEdit[] {
  const { start } = body.body.span;
  // Further errors are not recorded.
  if (body.unreadable.length >= MAX_PLACES) return [];
  const { tokens } = lex(text.slice(start), start);
  const wrong = [...body.unreadable].sort((one, other) => one.start - other.start);
  let next = 0;
  const edits = tagsOf(tokens).flatMap(tag => {
    const first = tag[0] as TagToken;
    const last = tag.at(-1) as TagToken;
    while (next < wrong.length && (wrong[next]?.end ?? 0) <= first.start) next += 1;
    const isSound = !wrong
      .slice(next, next + 50)
      .some(span => span.start < last.end && span.end > first.start);
    return isSound ? editsOf(tag, text) : [];
  });
  return edits;
}

/** The tokens of each closed tag without errors. */
function tagsOf(tokens: readonly TagToken[]): TagToken[][] {
  const tags: TagToken[][] = [];
  let tag: TagToken[] | undefined;
  for (const token of tokens) {
    if (token.kind === 'INVERSE') tags.push([token]);
    if (TAG_OPENS.has(token.kind)) tag = [token];
    else if (token.kind === 'INVALID' || token.kind === 'CONTENT' || token.kind === 'COMMENT')
      tag = undefined;
    else tag?.push(token);
    if (tag === undefined || !TAG_CLOSES.has(token.kind)) continue;
    tags.push(tag);
    tag = undefined;
  }
  return tags;
}

function editsOf(tag: readonly TagToken[], text: string): TextEdit[] {
  const edits: TextEdit[] = [];
  const replace = (start: number, end: number, space: string): void => {
    const before = text.slice(start, end);
    if (before !== space && !/[\r\n]/.test(before)) edits.push({ span: { start, end }, text: space });
  };
  for (const [index, token] of tag.entries()) {
    for (const { at, space } of spacesInside(token, text))
      replace(token.start + at, token.start + at + space, '');
    const next = tag[index + 1];
    if (next !== undefined) replace(token.end, next.start, between(token, next, text));
  }
  return edits;
}

/** White space between two tokens of a tag. */
function between(token: TagToken, next: TagToken, text: string): string {
  // "{{a }}" before "}" would become "{{a}}}".
  if (next.kind === 'CLOSE' && text[next.end] === '}') return text.slice(token.end, next.start);
  return NONE_AFTER.has(token.kind) || NONE_BEFORE.has(next.kind) ? '' : ' ';
}

/** The white space in tokens where Handlebars allows it: `{{ else }}`, `{{ else if`, `as  |`. */
function spacesInside(token: TagToken, text: string): { at: number; space: number }[] {
  const written = textOf(text, token);
  const spaces = [...written.matchAll(/[^\S\r\n]+/g)].map(({ index, 0: { length } }) => ({
    at: index,
    space: length,
  }));
  switch (token.kind) {
    case 'INVERSE':
    case 'OPEN_INVERSE_CHAIN':
      return /[\r\n]/.test(written) ? [] : spaces;
    case 'OPEN_BLOCK_PARAMS':
      // One space stays.
      return spaces
        .filter(({ space }) => space > 1)
        .map(({ at, space }) => ({ at: at + 1, space: space - 1 }));
    default:
      return [];
  }
}
