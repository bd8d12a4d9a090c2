/** Hover in front matter, for a variable, a key or a Picoschema type. */
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import type { FrontMatterEntry } from '../../front-matter/front-matter.ts';
import { knownKeyAt } from '../../front-matter/front-matter-keys.ts';
import { codeSpan, escapeMarkdown } from '../../results/markdown.ts';
import { type Span, textOf, touches } from '../../results/span.ts';
import { CONTAINER_TYPES, SCALAR_TYPES } from '../../types/picoschema.ts';
import type { Declared, ValueType } from '../../types/value-type.ts';
import { wordAt } from '../completion/yaml-caret.ts';
import { declaredMarkdown, variableMarkdown } from './declared.ts';
import type { Hover } from './hover.ts';

export function hoverInFrontMatter(
  prompt: LibraryPrompt,
  yaml: Span,
  offset: number,
  library: Library,
): Hover | undefined {
  const { frontMatter, text } = prompt.analysis;
  for (const variable of frontMatter.variables) {
    const places = [variable.nameSpan, frontMatter.defaults.get(variable.name)?.keySpan];
    const span = places.find(place => place !== undefined && touches(place, offset));
    if (span !== undefined)
      return { span, markdown: variableMarkdown(prompt, variable.name, variable, library) };
  }
  const property = propertyAt(frontMatter.variables, offset, new Set());
  if (property?.nameSpan !== undefined)
    return { span: property.nameSpan, markdown: declaredMarkdown('property', property).join('\n\n') };
  const { path, key } = entryAt(frontMatter.entries, offset);
  if ((path[0] === 'input' || path[0] === 'output') && path[1] === 'schema' && path.length > 2) {
    const span = wordAt(text, yaml, offset);
    const type = textOf(text, span);
    const types: Readonly<Record<string, string>> =
      text[span.start - 1] === '(' ? CONTAINER_TYPES : SCALAR_TYPES;
    const isFirst =
      text[span.start - 1] === '(' || /:[ \t]*["']?$/.test(text.slice(yaml.start, span.start).slice(-80));
    const description = Object.hasOwn(types, type) && isFirst ? types[type] : undefined;
    return description === undefined
      ? undefined
      : { span, markdown: `${codeSpan(type)}: a type of Picoschema\n\n${escapeMarkdown(description)}` };
  }
  const known = key && knownKeyAt(path);
  if (key === undefined || known === undefined) return undefined;
  const values = [
    ...(known.values === undefined ? [] : [`One of ${known.values.map(codeSpan).join(', ')}.`]),
    ...(known.usual === undefined ? [] : [`Such as ${known.usual.map(codeSpan).join(', ')}.`]),
  ];
  const parts = [`**${codeSpan(known.name)}**: ${known.type}`, escapeMarkdown(known.description), ...values];
  return { span: key.keySpan, markdown: parts.join('\n\n') };
}

/** The keys that lead to `offset`, and the last one if the offset is at the key itself. */
function entryAt(
  entries: readonly FrontMatterEntry[],
  offset: number,
): { path: readonly string[]; key: FrontMatterEntry | undefined } {
  for (const entry of entries) {
    if (touches(entry.keySpan, offset)) return { path: [entry.key], key: entry };
    if (entry.valueSpan === undefined || !touches(entry.valueSpan, offset)) continue;
    const inner = entryAt(entry.entries, offset);
    return { path: [entry.key, ...inner.path], key: inner.key };
  }
  return { path: [], key: undefined };
}

function propertyAt(
  declared: readonly Declared[],
  offset: number,
  seen: Set<ValueType>,
): Declared | undefined {
  for (const each of declared) {
    if (each.nameSpan !== undefined && touches(each.nameSpan, offset)) return each;
    let { type } = each;
    while (type.kind === 'array') type = type.items;
    // Types that aliases or references share are read once.
    if (type.kind !== 'object' || seen.has(type)) continue;
    seen.add(type);
    const found = propertyAt(type.properties, offset, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}
