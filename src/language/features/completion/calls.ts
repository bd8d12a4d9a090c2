/** Completes helpers, blocks, arguments of helpers, and closing tags of blocks. */
import { HELPERS, type HelperParameter, type KnownHelper, signatureOf } from '../../../core/helpers.ts';
import type { Analysis } from '../../analysis/analysis.ts';
import { codeBlock, codeSpan } from '../../results/markdown.ts';
import type { TokenKind } from '../../syntax/lex.ts';
import type { ValueType } from '../../types/value-type.ts';
import type { TagCaret } from './caret.ts';
import type { CompletionItem, CompletionKind } from './item.ts';
import type { OpenBlock } from './tags.ts';

const CLOSES: ReadonlySet<TokenKind> = new Set(['CLOSE', 'CLOSE_UNESCAPED', 'CLOSE_RAW_BLOCK']);
/** Helpers that return a value which another helper can take. */
const GIVE_VALUES: ReadonlySet<string> = new Set(['lookup', 'json']);

/** The description of a helper, as Markdown. */
export function documentationOfHelper(helper: KnownHelper): string {
  const { description, example, documentation } = helper;
  return `${description}\n\n${codeBlock(example, 'handlebars')}\n\n[Documentation](${documentation})`;
}

/** The helpers that return a value, at the start of a call: `{{|`, `(|`. */
export function valueHelperItems(caret: TagCaret): CompletionItem[] {
  return [...HELPERS.values()]
    .filter(({ as, name }) => as === 'value' && (!caret.inSub || GIVE_VALUES.has(name)))
    .map(helper => {
      const args = argumentsSnippet(helper);
      const isAlone = standsAlone(caret) && args !== '';
      return {
        ...itemOfHelper(caret, helper, 'helper'),
        edit: { span: wordSpan(caret), text: isAlone ? `${helper.name}${args}` : helper.name + gap(caret) },
        ...(isAlone && ({ snippet: true } as const)),
      };
    });
}

/** Blocks as whole snippets, `{{#each items}}…{{/each}}`, in an otherwise empty tag; otherwise only their names. */
export function blockItems(analysis: Analysis, caret: TagCaret): CompletionItem[] {
  return [...HELPERS.values()]
    .filter(({ as }) => as === 'block')
    .map(helper => {
      const base = itemOfHelper(caret, helper, 'block');
      return blockItem(analysis, caret, base, helper.name, argumentsSnippet(helper));
    });
}

/** A block named `name`, with its closing tag. `args` is a snippet. */
export function blockItem(
  { text }: Analysis,
  caret: TagCaret,
  item: Omit<CompletionItem, 'edit'>,
  name: string,
  args: string,
): CompletionItem {
  const { opening, tag, next, word } = caret;
  const kept = tag.block?.close?.name.name === name || opening.kind === 'OPEN_INVERSE_CHAIN';
  const isOpener = opening.kind === 'OPEN';
  // Inserted text stays on the line of the caret.
  const closesLater = next !== undefined && /[\r\n]/.test(text.slice(word.name.end, next.end));
  if (!standsAlone(caret) || kept || closesLater) {
    const sign = isOpener ? '#' : '';
    return { ...item, edit: { span: wordSpan(caret), text: sign + name + gap(caret) } };
  }
  const end = next === undefined ? word.name.end : next.end;
  const isClosed = next !== undefined && CLOSES.has(next.kind);
  const lineStart =
    Math.max(text.lastIndexOf('\n', opening.start - 1), text.lastIndexOf('\r', opening.start - 1)) + 1;
  const isOnLine =
    /^[ \t]*$/.test(text.slice(lineStart, opening.start)) &&
    /^[ \t]*(?:$|[\r\n])/.test(text.slice(isClosed ? end : word.name.end, lineEnd(text, end)));
  const inner = isOnLine ? '\n$0\n' : '$0';
  const snippet = `${isOpener ? '#' : ''}${escapeSnippet(name)}${args}}}${inner}{{/${escapeSnippet(name)}}}`;
  return {
    ...item,
    edit: { span: { start: word.start, end: isClosed ? end : word.name.end }, text: snippet },
    snippet: true,
  };
}

/** Candidates for an argument of the call around the caret besides a name: values, options, block parameters. */
export function argumentItems(caret: TagCaret): CompletionItem[] {
  const { frame } = caret;
  const helper = HELPERS.get(frame.callee ?? '');
  if (helper === undefined) return [];
  if (frame.option !== undefined)
    return valueItems(
      caret,
      helper.options.find(({ name }) => name === frame.option),
    );
  const items = valueItems(caret, helper.parameters[frame.args.length], true);
  const missing = helper.parameters.length > frame.args.length;
  for (const option of helper.options) {
    if (frame.options.includes(option.name)) continue;
    items.push({
      label: `${option.name}=`,
      kind: 'key',
      detail: option.required ? 'needed' : 'option',
      documentation: option.description,
      edit: { span: wordSpan(caret), text: `${option.name}=` },
      sortText: `${missing && !option.required ? 'f' : '0'}${option.name}`,
    });
  }
  const { blockParams } = helper;
  const isDue = frame.args.length === helper.parameters.length;
  if (blockParams && isDue && caret.opening.kind === 'OPEN_BLOCK' && !caret.inSub) {
    const names = blockParams.map((name, index) => `\${${index + 1}:${name}}`).join(' ');
    const edit = { span: wordSpan(caret), text: `as |${names}|` };
    items.push({
      label: `as |${blockParams.join(' ')}|`,
      kind: 'keyword',
      detail: 'names for the values of the block',
      edit,
      snippet: true,
      sortText: 'g',
    });
  }
  return items;
}

/** Returns true if the call around the caret accepts another positional argument. */
export function takesArgument({ frame }: TagCaret): boolean {
  const helper = HELPERS.get(frame.callee ?? '');
  if (helper === undefined) return true;
  return (
    frame.option !== undefined || helper.takesMore === true || frame.args.length < helper.parameters.length
  );
}

/** Candidates for the quoted text at the caret. `typeOf` returns the type of an argument. */
export function quotedItems(caret: TagCaret, typeOf: (path: string) => ValueType): CompletionItem[] {
  const { frame, quoted } = caret;
  const helper = HELPERS.get(frame.callee ?? '');
  if (helper === undefined || quoted === undefined) return [];
  const { span, quote, isClosed } = quoted;
  const parameter =
    frame.option === undefined
      ? helper.parameters[frame.args.length]
      : helper.options.find(({ name }) => name === frame.option);
  return [...(parameter?.values ?? []), ...comparedValues(caret, typeOf)]
    .filter(value => !value.includes(quote) && !/[\r\n]/.test(value))
    .map((value, index) => ({
      label: value,
      kind: 'value',
      edit: { span, text: isClosed ? value : value + quote },
      sortText: String(index).padStart(4, '0'),
    }));
}

/** The texts to which the other argument of a comparison can be equal. */
export function comparedValues({ frame }: TagCaret, typeOf: (path: string) => ValueType): string[] {
  const [other] = frame.args;
  if ((frame.callee !== 'ifEquals' && frame.callee !== 'unlessEquals') || other === undefined) return [];
  const type = typeOf(other);
  return type.kind === 'enum' ? type.values.filter(value => typeof value === 'string') : [];
}

/** The names of the blocks that are open at a closing tag, the innermost first. */
export function closingItems(caret: TagCaret): CompletionItem[] {
  const { next, word } = caret;
  const isClosed = next !== undefined && CLOSES.has(next.kind);
  return [...caret.open].reverse().flatMap((block, index): CompletionItem[] => {
    const name = nameOf(block);
    if (name === '') return [];
    const edit = { span: { start: word.start, end: word.end }, text: isClosed ? name : `${name}}}` };
    const detail = index === 0 ? 'closes the innermost open block' : 'closes a block further out';
    return [{ label: name, kind: 'block', detail, edit, sortText: String(index).padStart(4, '0') }];
  });
}

function nameOf(block: OpenBlock): string {
  if (block.type === 'partial') return block.name?.name ?? '';
  const callee = block.call?.callee;
  if (callee === undefined) return '';
  return callee.type === 'path' ? callee.original : String(callee.value);
}

function valueItems(
  caret: TagCaret,
  parameter: HelperParameter | undefined,
  inQuotes = false,
): CompletionItem[] {
  return (parameter?.values ?? []).map((value, index) => {
    const isWord = !inQuotes && /^(?:true|false|\d+)$/.test(value);
    const text = isWord ? value : JSON.stringify(value);
    return { label: text, kind: 'value', edit: { span: wordSpan(caret), text }, sortText: `0${index}` };
  });
}

function itemOfHelper(
  { opening }: TagCaret,
  helper: KnownHelper,
  kind: CompletionKind,
): Omit<CompletionItem, 'edit'> {
  const isOpener = kind === 'block' && opening.kind === 'OPEN';
  return {
    label: isOpener ? `#${helper.name}` : helper.name,
    kind,
    detail: signatureOf(helper),
    documentation: documentationOfHelper(helper),
    sortText: `${isOpener ? 'i' : 'h'}${helper.name}`,
  };
}

/** The arguments as a snippet, ` ${1:object} ${2:key}`, including required options. */
function argumentsSnippet({ parameters, options }: KnownHelper): string {
  const values = parameters.map(({ name, values, suggested }, index) =>
    values && suggested
      ? `"\${${index + 1}|${values.join(',')}|}"`
      : name === 'name'
        ? `"\${${index + 1}:${name}}"`
        : `\${${index + 1}:${name}}`,
  );
  const needed = options
    .filter(({ required }) => required)
    .map(({ name }, index) => `${name}=\${${parameters.length + index + 1}:${name}}`);
  return [...values, ...needed].map(text => ` ${text}`).join('');
}

/** Returns true if the tag or parenthesis contains only the word at the caret. */
function standsAlone({ next, frame }: TagCaret): boolean {
  if (frame.callee !== undefined) return false;
  return next === undefined || CLOSES.has(next.kind) || next.kind === 'CLOSE_SEXPR' || !isArgument(next.kind);
}

function isArgument(kind: TokenKind): boolean {
  return [
    'ID',
    'DATA',
    'STRING',
    'NUMBER',
    'BOOLEAN',
    'UNDEFINED',
    'NULL',
    'OPEN_SEXPR',
    'OPEN_BLOCK_PARAMS',
    'EQUALS',
  ].includes(kind);
}

/** A blank if the next word would otherwise become part of this one. */
function gap({ next, word }: TagCaret): string {
  return next !== undefined && isArgument(next.kind) && next.start === word.end ? ' ' : '';
}

function wordSpan({ word }: TagCaret): { start: number; end: number } {
  return { start: word.start, end: word.name.end };
}

function lineEnd(text: string, offset: number): number {
  const next = text.indexOf('\n', offset);
  return next < 0 ? text.length : next;
}

/** `text` escaped for a snippet. */
export function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

/** `{{else}}`, if a block around the caret can have one. */
export function elseItems(caret: TagCaret): CompletionItem[] {
  const inner = caret.open.at(-1);
  if (inner?.type !== 'block' || !standsAlone(caret)) return [];
  const documentation = `The body for the opposite case, up to ${codeSpan(`{{/${nameOf(inner)}}}`)}.`;
  return [
    {
      label: 'else',
      kind: 'keyword',
      documentation,
      edit: { span: wordSpan(caret), text: 'else' },
      sortText: 'h',
    },
  ];
}
