/** A block that is closed by another name, or never. */
import type { TemplateError } from './finding.ts';
import { foreignWord, NOT_ELSE } from './foreign-syntax.ts';
import type { RefusedToken } from './refused-token.ts';
import { endOfTag, type LexerToken, nameAfter } from './tokens.ts';

interface OpenBlock {
  readonly start: number;
  readonly name: string;
}

const OPENS_BLOCK = new Set(['OPEN_BLOCK', 'OPEN_PARTIAL_BLOCK', 'OPEN_INVERSE']);

/** @param lines where each line of the template begins */
export function wrongBlock(
  template: string,
  tokens: readonly LexerToken[],
  lines: readonly number[],
  { kind, start: stop }: RefusedToken,
): TemplateError | undefined {
  const open: OpenBlock[] = [];
  const isWhole = kind === '' || kind === 'EOF';
  for (const [index, token] of tokens.entries()) {
    // The text after the first error is parsed as if the error were corrected.
    if (!isWhole && token.start >= stop) return undefined;
    if (OPENS_BLOCK.has(token.kind)) {
      const name = nameAfter(tokens, index);
      // `{{^}}` is an else, not a block.
      if (name !== '' || token.kind !== 'OPEN_INVERSE') open.push({ start: token.start, name });
    } else if (token.kind === 'OPEN_ENDBLOCK') {
      const last = open.pop();
      const name = nameAfter(tokens, index);
      // The tag of another language may begin like a closing one.
      if (last === undefined || (name === '' && !isWhole)) return undefined;
      if (last.name !== name)
        return noBlock(template, last, open) ?? wrongClosing(template, lines, token.start, name, last, open);
    }
  }
  const last = open.at(-1);
  if (last === undefined || !isWhole) return undefined;
  const none = noBlock(template, last, open.slice(0, -1));
  if (none !== undefined) return none;
  const { name, start } = last;
  const message = `The block "{{#${name}}}" is never closed: add "{{/${name}}}".`;
  return { code: 'unclosed-block', start, end: endOfTag(template, start), message, data: { name } };
}

/** Of what is written as a block and is none: `{{#else}}`, `{{#endif}}`. */
function noBlock(
  template: string,
  { name, start }: OpenBlock,
  around: readonly OpenBlock[],
): TemplateError | undefined {
  // In brackets it is a name.
  if (/^\{\{~?[#^]\s*\[/.test(template.slice(start, start + 100))) return undefined;
  const end = endOfTag(template, start);
  if (name === 'else') return { code: 'template-syntax', start, end, message: NOT_ELSE };
  const message = foreignWord(name);
  if (message === undefined) return undefined;
  const block = around.at(-1)?.name;
  const isEnd = name.startsWith('end') && block !== undefined;
  return {
    code: 'foreign-syntax',
    start,
    end,
    message: isEnd ? `A block is closed by its name: write "{{/${block}}}".` : message,
  };
}

function wrongClosing(
  template: string,
  lines: readonly number[],
  start: number,
  name: string,
  last: OpenBlock,
  around: readonly OpenBlock[],
): TemplateError {
  if (name === 'else')
    return { code: 'template-syntax', start, end: endOfTag(template, start), message: NOT_ELSE };
  const line = lines.findLastIndex(lineStart => lineStart <= last.start) + 1;
  const isOfOther = around.some(block => block.name === name);
  const advice = isOfOther ? `add "{{/${last.name}}}" before this` : `write "{{/${last.name}}}"`;
  return {
    code: 'mismatched-block',
    start,
    end: endOfTag(template, start),
    message: `"{{/${name}}}" cannot close the block "{{#${last.name}}}" opened on line ${line}: ${advice}.`,
    data: { closed: name, [isOfOther ? 'missing' : 'open']: last.name },
  };
}
