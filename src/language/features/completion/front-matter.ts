/** Completion in front matter: keys, their values, Picoschema types, and names of variables. */
import { locateFrontMatter, type SourceKind } from '../../../core/source.ts';
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import { type FrontMatterKey, knownKeyAt, knownKeysAt } from '../../front-matter/front-matter-keys.ts';
import { escapeMarkdown } from '../../results/markdown.ts';
import type { Span } from '../../results/span.ts';
import { CONTAINER_TYPES, SCALAR_TYPES } from '../../types/picoschema.ts';
import type { CompletionItem } from './item.ts';
import { keyEdit, propertyItems, typeAt, typeOfInput, valueItems } from './values.ts';
import { caretInYaml, type YamlCaret } from './yaml-caret.ts';

/** The YAML around `offset`; up to the end of the text if the front matter is never closed. */
export function yamlAt(text: string, offset: number, kind?: SourceKind): Span | undefined {
  const place = locateFrontMatter(text, kind);
  if (place === undefined || offset < place.yamlStart) return undefined;
  const end = place.yamlEnd ?? text.length;
  // There may be nothing between the two `---` yet except the line that is being typed.
  return offset <= Math.max(end, place.yamlStart)
    ? { start: place.yamlStart, end: Math.max(end, place.yamlStart) }
    : undefined;
}

export function completeFrontMatter(
  prompt: LibraryPrompt,
  yaml: Span,
  offset: number,
  library: Library,
): CompletionItem[] {
  const { text, frontMatter } = prompt.analysis;
  const caret = caretInYaml(text, yaml, offset);
  if (caret === undefined) return [];
  const [first, second, ...rest] = caret.path;
  if ((first === 'input' || first === 'output') && second === 'schema') return typeItems(caret);
  if (first === 'input' && second === 'default') {
    const input = typeOfInput(frontMatter.variables);
    return caret.place === 'key' ? propertyItems(input, rest, caret) : valueItems(typeAt(input, rest), caret);
  }
  const path = caret.path.filter(step => typeof step === 'string');
  if (caret.place === 'key') return keyItems(knownKeysAt(path), caret, path.length);
  const known = knownKeyAt(path);
  if (path.length === 1 && (first === 'model' || first === 'tools'))
    return seenItems(first, caret, prompt, library);
  if (known?.type === 'boolean') return valueItems({ kind: 'boolean' }, caret);
  return valueItems({ kind: 'enum', values: known?.values ?? known?.usual ?? [] }, caret);
}

function keyItems(keys: readonly FrontMatterKey[], caret: YamlCaret, depth: number): CompletionItem[] {
  return keys
    .filter(({ name }) => !caret.siblings.includes(name))
    .map(({ name, type, description }, index) => {
      const holds = type === 'list' ? 'list' : type === 'mapping' || type === 'schema' ? 'mapping' : 'scalar';
      return {
        label: name,
        kind: 'key' as const,
        detail: type,
        documentation: escapeMarkdown(description),
        ...keyEdit(name, holds, caret),
        sortText: `${depth}${String(index).padStart(2, '0')}`,
      };
    });
}

/** Types after `name:`, and in the parentheses of `name(…):`. */
function typeItems({ place, word, inParentheses, hasColon, siblings, path }: YamlCaret): CompletionItem[] {
  const types = inParentheses ? CONTAINER_TYPES : SCALAR_TYPES;
  if (place === 'key' && !inParentheses) {
    // Any name is allowed here. Only JSON Schema has known names, such as `type`.
    const isJsonSchema = path.length === 2 && siblings.includes('properties') && !siblings.includes('type');
    return isJsonSchema
      ? [
          {
            label: 'type',
            kind: 'key',
            detail: 'JSON Schema',
            edit: { span: word, text: hasColon ? 'type' : 'type: object' },
          },
        ]
      : [];
  }
  return Object.entries(types).map(([name, description], index) => ({
    label: name,
    kind: 'type',
    documentation: escapeMarkdown(description),
    edit: { span: word, text: name },
    sortText: String(index),
  }));
}

/** The models, or tools, that other prompts name. */
function seenItems(
  key: 'model' | 'tools',
  caret: YamlCaret,
  prompt: LibraryPrompt,
  library: Library,
): CompletionItem[] {
  const counts = new Map<string, number>();
  for (const { analysis, uri } of library.mentioning(key)) {
    if (uri === prompt.uri) continue;
    const value = analysis.frontMatter.entries.find(entry => entry.key === key)?.value;
    for (const name of Array.isArray(value) ? value : [value])
      if (typeof name === 'string' && name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .flatMap(([name, count], index) =>
      valueItems({ kind: 'enum', values: [name] }, caret).map(item => ({
        ...item,
        detail: count === 1 ? 'in 1 prompt' : `in ${count} prompts`,
        sortText: String(index).padStart(4, '0'),
      })),
    );
}
