/** Explains a block that is closed by another name, or never. */
import type { TemplateError } from './finding.ts';
import { foreignWord, NOT_ELSE } from './foreign-syntax.ts';
import { COMPUTED_NAME } from './name-faults.ts';
import type { RefusedToken } from './refused-token.ts';
import { endOfTag, type LexerToken, nameAfter } from './tokens.ts';

interface OpenBlock {
  readonly start: number;
  /** The name as the parser compares it. */
  readonly name: string;
  /** The name as a closing tag must write it. */
  readonly written: string;
  /** Its tag without arguments: `{{#if}}`, `{{#> layout}}`. */
  readonly tag: string;
}

const OPENS_BLOCK = new Set(['OPEN_BLOCK', 'OPEN_PARTIAL_BLOCK', 'OPEN_INVERSE']);

interface Lines {
  /** Where each line of the template begins. */
  readonly lines: readonly number[];
  /** The number of lines of the file before the template. */
  readonly linesBefore: number;
}

export function wrongBlock(
  template: string,
  tokens: readonly LexerToken[],
  lines: Lines,
  { kind, start: stop }: RefusedToken,
): TemplateError | undefined {
  const open: OpenBlock[] = [];
  const isWhole = kind === '' || kind === 'EOF';
  for (const [index, token] of tokens.entries()) {
    // The text after the first error is parsed as if the error were corrected.
    if (!isWhole && token.start >= stop) return undefined;
    if (OPENS_BLOCK.has(token.kind)) {
      const name = nameAfter(tokens, index);
      if (token.kind === 'OPEN_PARTIAL_BLOCK' && tokens[index + 1]?.kind === 'OPEN_SEXPR')
        return computedName(template, token.start);
      // `{{^}}` is an else, not a block.
      if (name !== '' || token.kind !== 'OPEN_INVERSE') open.push(openBlock(tokens, index, name));
    } else if (token.kind === 'OPEN_ENDBLOCK') {
      const last = open.pop();
      const name = nameAfter(tokens, index);
      // A tag of another language may begin like a closing tag.
      if (last === undefined || (name === '' && !isWhole)) return undefined;
      if (last.name !== name)
        return noBlock(template, last, open) ?? wrongClosing(template, lines, token.start, name, last, open);
    }
  }
  const last = open.at(-1);
  if (last === undefined || !isWhole) return undefined;
  const none = noBlock(template, last, open.slice(0, -1));
  if (none !== undefined) return none;
  const { written: name, tag, start } = last;
  const message = `The block "${tag}" is never closed: add "{{/${name}}}".`;
  return { code: 'unclosed-block', start, end: endOfTag(template, start), message, data: { name } };
}

function openBlock(tokens: readonly LexerToken[], index: number, name: string): OpenBlock {
  const { start, kind, text } = tokens[index] as LexerToken;
  const written = nameAfter(tokens, index, true);
  const sign = kind === 'OPEN_PARTIAL_BLOCK' ? '#> ' : (/[#^]\*?/.exec(text)?.[0] ?? '#');
  return { start, name, written, tag: `{{${sign}${written}}}` };
}

/** Error for a partial block with a computed name, which no tag can close. */
function computedName(template: string, start: number): TemplateError {
  return { code: 'missing-partial', start, end: endOfTag(template, start), message: COMPUTED_NAME };
}

/** Error for a tag that is written as a block but does not begin one: `{{#else}}`, `{{#endif}}`. */
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
  { lines, linesBefore }: Lines,
  start: number,
  name: string,
  last: OpenBlock,
  around: readonly OpenBlock[],
): TemplateError {
  if (name === 'else')
    return { code: 'template-syntax', start, end: endOfTag(template, start), message: NOT_ELSE };
  const line = lines.findLastIndex(lineStart => lineStart <= last.start) + 1 + linesBefore;
  const isOfOther = around.some(block => block.name === name);
  const { written, tag } = last;
  const advice = isOfOther ? `add "{{/${written}}}" before this` : `write "{{/${written}}}"`;
  const end = endOfTag(template, start);
  const inside = template
    .slice(template.indexOf('/', start) + 1, end)
    .split(/~?\}\}/, 1)[0]
    ?.trim();
  const closed = inside && !/[{}]/.test(inside) ? inside : name;
  return {
    code: 'mismatched-block',
    start,
    end,
    message: `"{{/${closed}}}" cannot close the block "${tag}" opened on line ${line}: ${advice}.`,
    data: { closed, [isOfOther ? 'missing' : 'open']: written },
  };
}
