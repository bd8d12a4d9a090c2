/** Hover in samples, for an input, with its type and whether it is required, and for a sample's own keys. */
import { type PlacedPair, type PlacedValue, readYaml } from '../../../core/yaml-places.ts';
import type { LibraryPrompt } from '../../analysis/library.ts';
import { codeSpan } from '../../results/markdown.ts';
import { touches } from '../../results/span.ts';
import { type Declared, propertiesOf, wordsOfType } from '../../types/value-type.ts';
import { INPUT_OF_SAMPLE, inferredInputs, NAME_OF_SAMPLE } from '../completion/samples.ts';
import { declaredMarkdown, variableMarkdown } from './declared.ts';
import type { Hover } from './hover.ts';

const KEYS: Readonly<Record<string, string>> = { name: NAME_OF_SAMPLE, input: INPUT_OF_SAMPLE };

/** Undefined if nothing is known about `offset`. Never throws. */
export function hoverInSamples(
  text: string,
  prompt: LibraryPrompt | undefined,
  offset: number,
): Hover | undefined {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const { root } = readYaml(text.slice(start), start);
  for (const pair of root.items.filter(holdsOffset).flatMap(({ pairs }) => pairs)) {
    const { key, keySpan, node } = pair;
    if (touches(keySpan, offset))
      return Object.hasOwn(KEYS, key)
        ? { span: keySpan, markdown: `**${codeSpan(key)}** of a sample\n\n${KEYS[key]}` }
        : undefined;
    if (key === 'input' && prompt !== undefined && holdsOffset(node))
      return hoverInInput(node.pairs, prompt, offset);
  }
  return undefined;

  function holdsOffset({ span }: PlacedValue): boolean {
    return touches(span, offset);
  }
}

function hoverInInput(
  pairs: readonly PlacedPair[],
  prompt: LibraryPrompt,
  offset: number,
): Hover | undefined {
  const { variables } = prompt.analysis.frontMatter;
  const inferred = inferredInputs(prompt);
  for (const { key, keySpan, node } of pairs) {
    const declared = variables.find(({ name }) => name === key);
    const known = declared ?? inferred.find(({ name }) => name === key);
    if (touches(keySpan, offset))
      return { span: keySpan, markdown: inputMarkdown(prompt, key, declared, known) };
    const found = known && propertyAt(node, known, offset);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inputMarkdown(
  prompt: LibraryPrompt,
  name: string,
  declared: Declared | undefined,
  known: Declared | undefined,
): string {
  const parts = [variableMarkdown(prompt, name, declared)];
  const hasDefault = (prompt.analysis.frontMatter.defaults.get(name)?.value ?? null) !== null;
  if (declared === undefined && known !== undefined)
    parts.push(`Inferred from its use: ${codeSpan(wordsOfType(known.type))}`);
  else if (declared !== undefined && !declared.optional && !hasDefault)
    parts.push('Required: every sample gives it.');
  return parts.join('\n\n');
}

/** The hover in the value of a declaration, for a property of it or of its items. */
function propertyAt(value: PlacedValue, declared: Declared, offset: number): Hover | undefined {
  if (value.isAlias || !touches(value.span, offset)) return undefined;
  for (const item of value.items) {
    const found = propertyAt(item, declared, offset);
    if (found !== undefined) return found;
  }
  for (const { key, keySpan, node } of value.pairs) {
    const property = propertiesOf(declared.type).find(({ name }) => name === key);
    if (property === undefined) continue;
    if (touches(keySpan, offset))
      return { span: keySpan, markdown: declaredMarkdown('property', property).join('\n\n') };
    const found = propertyAt(node, property, offset);
    if (found !== undefined) return found;
  }
  return undefined;
}
