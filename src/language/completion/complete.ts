/** Completion in a prompt and in its samples. */
import type { Library, LibraryPrompt, LibrarySamples } from '../library.ts';
import { completeBody } from './body.ts';
import { completeFrontMatter, yamlAt } from './front-matter.ts';
import type { CompletionItem } from './item.ts';
import { propertyItems, typeAt, typeOfInput, valueItems } from './values.ts';
import { caretInYaml, type YamlCaret } from './yaml-caret.ts';

/** What can stand at `offset` of `prompt`; sort by `sortText`. Never throws. */
export function complete(prompt: LibraryPrompt, offset: number, library: Library): CompletionItem[] {
  const yaml = yamlAt(prompt.analysis.text, offset);
  return yaml === undefined
    ? completeBody(prompt, offset, library)
    : completeFrontMatter(prompt, yaml, offset, library);
}

/** What can stand at `offset` of the samples of `prompt`, which may be missing. Never throws. */
export function completeSamples(
  { text }: Pick<LibrarySamples, 'text'>,
  prompt: LibraryPrompt | undefined,
  offset: number,
): CompletionItem[] {
  const caret = caretInYaml(text, { start: text.charCodeAt(0) === 0xfeff ? 1 : 0, end: text.length }, offset);
  if (caret === undefined || typeof caret.path[0] !== 'number') return [];
  const [, key, ...path] = caret.path;
  if (key === undefined && caret.place === 'key') return sampleKeys(caret);
  if (key !== 'input') return [];
  const input = typeOfInput(prompt?.analysis.frontMatter.variables ?? []);
  if (caret.place === 'value') return valueItems(typeAt(input, path), caret);
  const declared = propertyItems(input, path, caret);
  return path.length > 0 ? declared : [...declared, ...undeclared(prompt, caret, declared)];
}

function sampleKeys({ siblings, word, hasColon }: YamlCaret): CompletionItem[] {
  const item = (label: string, below: string, documentation: string): CompletionItem => ({
    label,
    kind: 'key',
    documentation,
    edit: { span: word, text: hasColon ? label : `${label}:${below}` },
    ...(below.includes('$') && !hasColon && ({ snippet: true } as const)),
  });
  return [
    item('name', ' ', 'What the sample is called.'),
    item('input', '\n  $0', 'The variables with their values.'),
  ].filter(({ label }) => !siblings.includes(label));
}

/** The variables that the body reads and nothing declares. */
function undeclared(
  prompt: LibraryPrompt | undefined,
  { siblings, word, hasColon }: YamlCaret,
  declared: readonly CompletionItem[],
): CompletionItem[] {
  if (prompt === undefined || prompt.analysis.frontMatter.declaresInput) return [];
  const names = new Set<string>();
  for (const { meaning } of prompt.analysis.resolved.paths)
    if (meaning.kind === 'variable' && meaning.declared === undefined) names.add(meaning.name);
  const known = new Set([...siblings, ...declared.map(({ label }) => label)]);
  return [...names]
    .filter(name => !known.has(name) && /^[A-Za-z_][\w-]*$/.test(name))
    .map(name => ({
      label: name,
      kind: 'variable',
      detail: 'used in the prompt',
      edit: { span: word, text: hasColon ? name : `${name}: ` },
      sortText: `2${name}`,
    }));
}
