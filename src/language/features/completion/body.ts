/** Completion in a prompt's body, according to the tag around the caret. */
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import { ANY, type ValueType } from '../../types/value-type.ts';
import {
  argumentItems,
  blockItem,
  blockItems,
  closingItems,
  comparedValues,
  elseItems,
  quotedItems,
  takesArgument,
  valueHelperItems,
} from './calls.ts';
import { caretInTag, type TagCaret } from './caret.ts';
import type { CompletionItem } from './item.ts';
import { nameItems } from './names.ts';
import { partialArgumentItems, partialItems } from './partials.ts';

export function completeBody(prompt: LibraryPrompt, offset: number, library: Library): CompletionItem[] {
  const { analysis } = prompt;
  const caret = caretInTag(analysis, offset);
  if (caret === undefined) return [];
  const typeOf = (path: string): ValueType => typeWritten(prompt, caret, path);
  if (caret.quoted !== undefined) return quotedItems(caret, typeOf);
  const { word } = caret;
  const isPath = word.head.length > 0 || word.data || word.end > word.name.end;
  const names = (): CompletionItem[] => nameItems(analysis, caret);
  if (caret.inSub && caret.frame.callee === undefined) return isPath ? [] : valueHelperItems(caret);
  const isPartial = caret.opening.kind === 'OPEN_PARTIAL' || caret.opening.kind === 'OPEN_PARTIAL_BLOCK';
  if (caret.frame.callee !== undefined) {
    if (caret.opening.kind === 'OPEN_ENDBLOCK') return [];
    if (caret.next?.kind === 'EQUALS') {
      const keys =
        isPartial && !caret.inSub ? partialArgumentItems(prompt, library, caret) : argumentItems(caret);
      return keys.filter(({ kind }) => kind === 'key').map(withoutEquals);
    }
    if (isPartial && !caret.inSub) {
      const taken =
        caret.frame.option === undefined && (caret.frame.args.length > 0 || caret.frame.options.length > 0);
      return [...(taken ? [] : names()), ...partialArgumentItems(prompt, library, caret)];
    }
    const compared = isPath ? [] : comparedItems(caret, typeOf);
    return [
      ...(takesArgument(caret) ? [...names(), ...compared] : []),
      ...(isPath ? [] : argumentItems(caret)),
    ];
  }
  switch (caret.opening.kind) {
    case 'OPEN':
      if (isPath) return names();
      return [...names(), ...valueHelperItems(caret), ...blockItems(analysis, caret), ...elseItems(caret)];
    case 'OPEN_UNESCAPED':
      return isPath ? names() : [...names(), ...valueHelperItems(caret)];
    case 'OPEN_BLOCK':
      if (caret.opening.text.endsWith('*')) return inlineItems(caret);
      return isPath ? names() : [...blockItems(analysis, caret), ...sections(prompt, caret, names())];
    case 'OPEN_INVERSE':
      return isPath ? names() : sections(prompt, caret, names());
    case 'OPEN_INVERSE_CHAIN':
      return isPath ? names() : [...blockItems(analysis, caret), ...names()];
    case 'OPEN_PARTIAL':
    case 'OPEN_PARTIAL_BLOCK':
      return partialItems(prompt, library, caret);
    case 'OPEN_ENDBLOCK':
      return closingItems(caret);
    default:
      return [];
  }
}

/** Variables as blocks: `{{#name}}…{{/name}}`. */
function sections(
  { analysis }: LibraryPrompt,
  caret: TagCaret,
  names: readonly CompletionItem[],
): CompletionItem[] {
  return names.map(item => {
    const { edit, ...rest } = item;
    return blockItem(analysis, caret, { ...rest, sortText: `s${item.sortText ?? ''}` }, edit.text, '');
  });
}

function withoutEquals(item: CompletionItem): CompletionItem {
  return { ...item, edit: { ...item.edit, text: item.edit.text.replace(/=$/, '') } };
}

function comparedItems(caret: TagCaret, typeOf: (path: string) => ValueType): CompletionItem[] {
  const { start, name } = caret.word;
  return comparedValues(caret, typeOf).map((value, index) => {
    const text = value.includes('"') ? `'${value}'` : `"${value}"`;
    const sortText = `0${String(index).padStart(4, '0')}`;
    return { label: text, kind: 'value', edit: { span: { start, end: name.end }, text }, sortText };
  });
}

function inlineItems({ word }: TagCaret): CompletionItem[] {
  const span = { start: word.start, end: word.name.end };
  return [
    {
      label: 'inline',
      kind: 'keyword',
      detail: 'a partial of this prompt alone',
      edit: { span, text: 'inline' },
    },
  ];
}

/** The type of an argument of the tag at the caret, as the tree read it. */
function typeWritten({ analysis }: LibraryPrompt, { tag }: TagCaret, written: string): ValueType {
  const use = analysis.resolved.paths.find(
    ({ path }) =>
      path.span.start >= tag.span.start &&
      analysis.text.startsWith(written, path.span.start) &&
      path.span.end - path.span.start === written.length,
  );
  return use?.type ?? ANY;
}
