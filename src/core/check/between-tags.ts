/** Explains mistakes between tags: an else or a closing tag outside any block, or a template that ends too early. */
import { foreignBlock, foreignTag } from './foreign-syntax.ts';
import type { RefusedToken, TokenError } from './refused-token.ts';
import { endOfTag, type LexerToken } from './tokens.ts';

export function betweenTags(
  { kind, expected, start, end }: RefusedToken,
  tokens: readonly LexerToken[],
  template: string,
): TokenError | undefined {
  switch (kind) {
    case 'EOF':
      return {
        message:
          'The template ends unexpectedly here. Is a "{{" or "}}" missing, or a block closed that was not opened?',
      };
    case 'OPEN_ENDBLOCK': {
      const whole = endOfTag(template, start);
      const tag = template.slice(start, whole);
      const foreign = foreignTag(tag, 2);
      if (foreign !== undefined) return { code: 'foreign-syntax', end: whole, message: foreign };
      const [, closed = ''] = /^\{\{~?\/\s*([^\s~}]*)/.exec(tag) ?? [];
      return {
        code: 'mismatched-block',
        end: whole,
        message: `"${tag}" closes a block that was not opened.`,
        data: { closed },
      };
    }
    case 'INVERSE':
    case 'OPEN_INVERSE_CHAIN': {
      const isOutside = !expected.includes("'OPEN_ENDBLOCK'");
      const foreign = isOutside ? foreignBlock(template.slice(0, start)) : undefined;
      if (foreign !== undefined) return { code: 'foreign-syntax', ...foreign };
      return {
        end: kind === 'INVERSE' ? end : endOfTag(template, start),
        message: elseOf(kind, isOutside, tokens),
      };
    }
    default:
      return undefined;
  }
}

function elseOf(kind: string, isOutside: boolean, tokens: readonly LexerToken[]): string {
  if (isOutside)
    return '"{{else}}" is only allowed inside a block, such as {{#if condition}}…{{else}}…{{/if}}.';
  const block = innermost(tokens);
  if (block?.opening === 'OPEN_PARTIAL_BLOCK')
    return 'A partial has no "{{else}}". Remove it, or put {{#if}} inside.';
  return block?.opening === 'OPEN_INVERSE' && kind === 'OPEN_INVERSE_CHAIN' && !block.hasElse
    ? 'A block that begins with "{{^" takes "{{else}}", but not "{{else if}}". Begin it with "{{#".'
    : 'This block has an "{{else}}" already. Remove one of them.';
}

function innermost(
  tokens: readonly LexerToken[],
): { readonly opening: string; readonly hasElse: boolean } | undefined {
  const open: { opening: string; hasElse: boolean }[] = [];
  for (const { kind } of tokens) {
    const last = open.at(-1);
    if (kind === 'OPEN_BLOCK' || kind === 'OPEN_PARTIAL_BLOCK' || kind === 'OPEN_INVERSE')
      open.push({ opening: kind, hasElse: false });
    else if (kind === 'OPEN_ENDBLOCK') open.pop();
    else if (kind === 'INVERSE' && last !== undefined) last.hasElse = true;
  }
  return open.at(-1);
}
