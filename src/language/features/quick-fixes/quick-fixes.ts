/** The fixes for a finding, by its code. */
import { parsePromptName, partialCandidates } from '../../../core/name.ts';
import { closestCaseClash } from '../../../core/name-case.ts';
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import { inferTypes } from '../../names/inferred-types.ts';
import type { TextEdit } from '../../results/edit.ts';
import type { Finding } from '../../results/finding.ts';
import type { Span } from '../../results/span.ts';
import { type ValueType, wordsOfType } from '../../types/value-type.ts';
import { segmentText } from '../completion/names.ts';
import { removeArguments, removeOption } from './arguments.ts';
import { changeClosing, closeBefore, closeBlock, removeStrayTag } from './blocks.ts';
import { declareVariable, removeVariable } from './declare.ts';
import { editing, type QuickFix } from './quick-fix.ts';

/** The fixes, the most probable first. Never throws. `finding` must be from `diagnose` of the same text. */
export function quickFixes(prompt: LibraryPrompt, finding: Finding, library: Library): QuickFix[] {
  const { uri, analysis } = prompt;
  const one = (title: string, edit: TextEdit | undefined, isPreferred = true): QuickFix[] =>
    edit === undefined ? [] : [editing(uri, title, [edit], isPreferred)];
  switch (finding.code) {
    case 'undeclared-variable':
      return [...changeName(prompt, finding), ...declare(prompt, finding)];
    case 'unknown-property': {
      const near = finding.data?.['near'];
      return near === undefined ? [] : one(`Change to "${near}"`, { span: finding.span, text: near });
    }
    case 'unknown-helper':
      return changeHelper(prompt, finding);
    case 'unknown-role':
      return changeRole(prompt, finding);
    case 'wrong-arguments':
      return removeArguments(prompt, finding);
    case 'unknown-option':
      return [...changeToNear(uri, finding), ...removeOption(prompt, finding)];
    case 'missing-partial':
      return [...changePartial(prompt, finding), ...createPartial(prompt, finding, library)];
    case 'unused-variable':
      return removeDeclaration(prompt, finding, true);
    case 'unclosed-block':
      return one(`Close the block "${finding.data?.['name']}"`, closeBlock(analysis, finding));
    case 'mismatched-block': {
      const { open, missing } = finding.data ?? {};
      if (missing !== undefined)
        return one(`Close the block "${missing}"`, closeBefore(analysis, finding.span, missing));
      if (open === undefined) return one('Remove this tag', removeStrayTag(analysis, finding));
      return open === '' ? [] : one(`Change to "{{/${open}}}"`, changeClosing(analysis, finding, open));
    }
    case 'template-syntax':
      return one('Remove this tag', removeStrayTag(analysis, finding));
    case 'invalid-text':
      return isWrongCharacter(analysis.text, finding.span)
        ? one('Remove this character', { span: finding.span, text: '' })
        : [];
    case 'front-matter-key':
    case 'front-matter-type':
    case 'picoschema':
    case 'json-schema':
      return changeToNear(uri, finding);
    case 'default-mismatch':
      return [...changeToNear(uri, finding), ...removeDeclaration(prompt, finding, false)];
    default:
      return [];
  }
}

/** Replaces a plain word with a similar one: a key or name in YAML, or an option. */
export function changeToNear(uri: string, { span, data }: Finding): QuickFix[] {
  const near = data?.['near'];
  return near === undefined ? [] : [editing(uri, `Change to "${near}"`, [{ span, text: near }], true)];
}

function changeName({ uri, analysis }: LibraryPrompt, { span, data }: Finding): QuickFix[] {
  const near = data?.['near'];
  const before = analysis.text[span.start - 1];
  const text = near === undefined ? undefined : segmentText(near, before !== '.' && before !== '/');
  return text === undefined ? [] : [editing(uri, `Change to "${near}"`, [{ span, text }], true)];
}

function declare({ uri, analysis }: LibraryPrompt, { data }: Finding): QuickFix[] {
  const name = data?.['name'];
  if (name === undefined) return [];
  const type: ValueType = inferTypes(analysis.resolved).get(name) ?? { kind: 'string' };
  const edits = declareVariable(analysis, name, type);
  const words = wordsOfType(type);
  const shown = words.length > 40 ? type.kind : words;
  const title = `Declare "${name}" as ${shown}`;
  return edits === undefined ? [] : [editing(uri, title, edits, data?.['near'] === undefined)];
}

function removeDeclaration(
  { uri, analysis }: LibraryPrompt,
  { data }: Finding,
  isPreferred: boolean,
): QuickFix[] {
  const name = data?.['name'];
  const edits = name === undefined ? undefined : removeVariable(analysis, name);
  return edits === undefined
    ? []
    : [editing(uri, `Remove "${name}"`, edits, isPreferred && data?.['near'] === undefined)];
}

function changeHelper({ uri, analysis }: LibraryPrompt, { span, data }: Finding): QuickFix[] {
  const near = data?.['near'];
  const use = analysis.resolved.helpers.find(helper => helper.span.start === span.start);
  if (near === undefined || use === undefined) return [];
  return [editing(uri, `Change to "${near}"`, everywhere([span, use.block?.close?.name.span], near), true)];
}

function changeRole({ uri }: LibraryPrompt, { span, data }: Finding): QuickFix[] {
  const near = data?.['near'];
  return near === undefined
    ? []
    : [editing(uri, `Change to "${near}"`, [{ span, text: JSON.stringify(near) }], true)];
}

function changePartial({ uri, analysis }: LibraryPrompt, { span, data }: Finding): QuickFix[] {
  const near = data?.['near'];
  const call = analysis.resolved.partials.find(({ name }) => name?.span.start === span.start);
  if (near === undefined || call === undefined) return [];
  return [editing(uri, `Change to "${near}"`, everywhere([span, call.close?.name.span], near), true)];
}

function everywhere(spans: readonly (Span | undefined)[], text: string): TextEdit[] {
  return spans.flatMap(span => (span === undefined ? [] : [{ span, text }]));
}

function createPartial({ name: from }: LibraryPrompt, { data }: Finding, library: Library): QuickFix[] {
  const reference = data?.['name'];
  if (reference === undefined) return [];
  return partialCandidates(from ?? parsePromptName('untitled'), reference)
    .filter(name => library.prompt(name) === undefined && !closestCaseClash(name, library.names()))
    .map((name, index) => ({
      title: `Create the partial "${name}"`,
      change: { edits: new Map(), creates: [{ name, text: '' }] },
      isPreferred: index === 0 && data?.['near'] === undefined,
    }));
}

function isWrongCharacter(text: string, { start, end }: Span): boolean {
  const character = text.slice(start, end);
  return end === start + 1 && (character === '\0' || !character.isWellFormed());
}
