/** Finds the names of variables and their properties in front matter and samples. */
import { type PlacedPair, type PlacedValue, readYaml } from '../../core/yaml-places.ts';
import type { Span } from '../results/span.ts';
import { part } from '../types/json-schema-types.ts';
import { type Declared, propertiesOf, type ValueType } from '../types/value-type.ts';
import type { Analysis } from './analysis.ts';

export interface YamlName {
  /** The range of the name, without quotes. */
  readonly span: Span;
  readonly as: 'declaration' | 'required' | 'default' | 'sample';
  /** The declaration; for an undeclared variable, its name. */
  readonly of: Declared | string;
}

/** The declarations of the front matter with all their positions: schema entries, JSON Schema's `required`, defaults. */
export function frontMatterNames({ text, frontMatter }: Analysis): YamlName[] {
  const { yamlSpan, variables } = frontMatter;
  if (yamlSpan === undefined || variables.length === 0) return [];
  const { root } = readYaml(text.slice(yamlSpan.start, yamlSpan.end), yamlSpan.start);
  const input = part(root, 'input');
  const required = new Map<number, Span[]>();
  const schema = input && part(input, 'schema');
  if (schema) collectRequired(schema, required);
  const names: YamlName[] = [];
  const seen = new Set<Declared>();
  const declare = (declared: Declared): void => {
    if (seen.has(declared)) return;
    seen.add(declared);
    if (declared.nameSpan !== undefined) {
      names.push({ span: declared.nameSpan, as: 'declaration', of: declared });
      for (const span of required.get(declared.nameSpan.start) ?? [])
        names.push({ span, as: 'required', of: declared });
    }
    for (const property of propertiesOf(declared.type)) declare(property);
  };
  for (const variable of variables) declare(variable);
  const defaults = input && part(input, 'default');
  if (defaults) names.push(...inputNames(defaults.pairs, variables, 'default'));
  return names;
}

/** The names in the inputs of a samples file, for a prompt that declares `variables`. */
export function sampleNames(text: string, variables: readonly Declared[]): YamlName[] {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const { root } = readYaml(text.slice(start), start);
  return root.items.flatMap(sample => inputNames(part(sample, 'input')?.pairs ?? [], variables, 'sample'));
}

function inputNames(
  pairs: readonly PlacedPair[],
  variables: readonly Declared[],
  as: YamlName['as'],
): YamlName[] {
  const names: YamlName[] = [];
  const inPairs = (some: readonly PlacedPair[], properties: readonly Declared[], isInput: boolean): void => {
    for (const { key, keyText, node } of some) {
      const declared = properties.find(({ name }) => name === key);
      if (declared !== undefined || isInput) names.push({ span: keyText, as, of: declared ?? key });
      if (declared !== undefined) inValue(node, declared.type);
    }
  };
  const inValue = (value: PlacedValue, type: ValueType): void => {
    if (type.kind === 'array') for (const item of value.items) inValue(item, type.items);
    if (type.kind === 'object') inPairs(value.pairs, type.properties, false);
  };
  inPairs(pairs, variables, true);
  return names;
}

/** Collects the places in `required` that name a property of a JSON Schema, by its declaration. */
function collectRequired(schema: PlacedValue, found: Map<number, Span[]>): void {
  if (schema.isAlias) return;
  const required = part(schema, 'required');
  for (const property of part(schema, 'properties')?.pairs ?? [])
    for (const item of required?.items ?? []) {
      if (item.value !== property.key) continue;
      const known = found.get(property.keyText.start) ?? [];
      found.set(property.keyText.start, [
        ...known,
        { start: item.textStart, end: item.textStart + item.verbatim },
      ]);
    }
  for (const { node } of schema.pairs) collectRequired(node, found);
  for (const item of schema.items) collectRequired(item, found);
}
