/** Completion in samples: whole new samples, their keys, the inputs of the prompt and their values. */
import { readYaml } from '../../../core/yaml-places.ts';
import type { LibraryPrompt, LibrarySamples } from '../../analysis/library.ts';
import { inferTypes } from '../../names/inferred-types.ts';
import { codeBlock } from '../../results/markdown.ts';
import { readSamples } from '../../samples/samples.ts';
import type { Declared } from '../../types/value-type.ts';
import type { CompletionItem } from './item.ts';
import { plainSnippet, sampleSnippet } from './sample-snippet.ts';
import { keyEdit, propertyItems, typeAt, typeOfInput, valueItems } from './values.ts';
import { caretInYaml, type YamlCaret } from './yaml-caret.ts';

/** Completions at `offset` of the samples of `prompt`, which may be missing. Never throws. */
export function completeSamples(
  { text }: Pick<LibrarySamples, 'text'>,
  prompt: LibraryPrompt | undefined,
  offset: number,
): CompletionItem[] {
  const yaml = { start: text.charCodeAt(0) === 0xfeff ? 1 : 0, end: text.length };
  const caret = caretInYaml(text, yaml, offset);
  const [index, key, ...path] = caret?.path ?? [];
  if (caret === undefined || typeof index !== 'number') return newSample(text, prompt, offset);
  if (key === undefined && caret.place === 'key')
    return [...newSampleInItem(caret, prompt), ...sampleKeys(caret)];
  if (key !== 'input') return [];
  const declared = prompt?.analysis.frontMatter.variables ?? [];
  const inferred = prompt === undefined ? [] : inferredInputs(prompt);
  const input = typeOfInput([...declared, ...inferred]);
  const at = typeAt(input, path);
  if (caret.place === 'value' || (at.kind !== 'object' && !caret.hasColon)) return valueItems(at, caret);
  const items = propertyItems(input, path, caret);
  return path.length > 0 ? items : items.map(item => asInferred(item, inferred));
}

function sampleKeys(caret: YamlCaret): CompletionItem[] {
  const item = (label: string, holds: 'scalar' | 'mapping', documentation: string): CompletionItem => ({
    label,
    kind: 'key',
    documentation,
    ...keyEdit(label, holds, caret),
    sortText: label === 'name' ? '1' : '2',
  });
  return [item('name', 'scalar', NAME_OF_SAMPLE), item('input', 'mapping', INPUT_OF_SAMPLE)].filter(
    ({ label }) => !caret.siblings.includes(label),
  );
}

export const NAME_OF_SAMPLE =
  'The name of the sample, unique in this file. The preview lists samples by name.';
export const INPUT_OF_SAMPLE = 'The inputs of the prompt, each with its value.';

/** The variables that the body reads, if the front matter declares none. */
export function inferredInputs({ analysis }: LibraryPrompt): Declared[] {
  const { frontMatter, resolved } = analysis;
  if (frontMatter.declaresInput) return [];
  const known = new Set(frontMatter.variables.map(({ name }) => name));
  return [...inferTypes(resolved)]
    .filter(([name]) => !known.has(name))
    .map(([name, type]) => ({ name, type, optional: false, nameSpan: undefined, span: undefined }));
}

function asInferred(item: CompletionItem, inferred: readonly Declared[]): CompletionItem {
  if (!inferred.some(({ name }) => name === item.label)) return item;
  return { ...item, detail: `${item.detail}, inferred from its use`, sortText: `2${item.sortText}` };
}

/** A whole sample after a "- " without contents. */
function newSampleInItem(caret: YamlCaret, prompt: LibraryPrompt | undefined): CompletionItem[] {
  const { siblings, hasColon, isFlow, quote, word, indent } = caret;
  if (siblings.length > 0 || hasColon || isFlow || quote !== undefined || indent === '') return [];
  const [first = '', ...others] = sampleSnippet(inputsToGive(prompt));
  return [newSampleItem(word, [first, ...others.map(line => indent + line)])];
}

/** A whole sample on a separate line, at the start of the list of samples or after it. */
function newSample(text: string, prompt: LibraryPrompt | undefined, offset: number): CompletionItem[] {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = /^(\ufeff?[ \t]*)([\w-]*)\r?$/m.exec(text.slice(start).split('\n', 1)[0] ?? '');
  if (line === null) return [];
  const [, space = '', written = ''] = line;
  const word = { start: start + space.length, end: start + space.length + written.length };
  if (offset < word.start || offset > word.end || text.length > MAX_LENGTH) return [];
  const lines = sampleSnippet(inputsToGive(prompt)).map((each, index) => (index === 0 ? '- ' : '  ') + each);
  // Only offered where it adds a sample, so not inside another or in a text.
  const before = text.slice(0, word.start);
  const after = text.slice(word.end);
  const stub = `- name: a\n${' '.repeat(space.replace('\ufeff', '').length)}  input: {}`;
  const now = readSamples(before + after);
  const then = readSamples(before + stub + after);
  if (
    then.samples.length !== now.samples.length + 1 ||
    countOf(before + stub + after) > countOf(before + after)
  )
    return [];
  return [newSampleItem(word, lines)];
}

/** In UTF-16 code units, as for all completion in YAML. */
const MAX_LENGTH = 128 * 1024;

function countOf(text: string): number {
  return readYaml(text, 0).problems.length;
}

function newSampleItem(span: YamlCaret['word'], lines: readonly string[]): CompletionItem {
  const sample = plainSnippet(lines.join('\n'));
  return {
    label: 'New sample',
    kind: 'snippet',
    detail: 'with the inputs the prompt needs',
    // Without the existing "- ", the rest would be colored as an error.
    documentation: codeBlock(sample.startsWith('- ') ? sample : `- ${sample}`, 'yaml'),
    edit: { span, text: lines.join('\n') },
    snippet: true,
    sortText: '0',
  };
}

/** Required inputs: declared without a default, or read by a body whose front matter declares nothing. */
function inputsToGive(prompt: LibraryPrompt | undefined): readonly Declared[] {
  if (prompt === undefined) return [];
  const { variables, defaults } = prompt.analysis.frontMatter;
  const needed = variables.filter(
    ({ name, optional }) => !optional && (defaults.get(name)?.value ?? null) === null,
  );
  return [...needed, ...inferredInputs(prompt)];
}
