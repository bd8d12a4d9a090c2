/** Adds a variable to the front matter's input schema, or removes it. */
import type { PlacedPair, PlacedValue } from '../../../core/yaml-places.ts';
import { type Analysis, kindOf } from '../../analysis/analysis.ts';
import { type FrontMatterFacts, readFrontMatter } from '../../front-matter/front-matter.ts';
import { applyEdits, doOverlap, type TextEdit } from '../../results/edit.ts';
import { part } from '../../types/json-schema-types.ts';
import { isJsonSchema } from '../../types/schema.ts';
import type { ValueType } from '../../types/value-type.ts';
import {
  blockLines,
  endOfLineIn,
  insertedBelow,
  insertedInto,
  removedFrom,
  removedItem,
  type YamlText,
} from './yaml-edits.ts';

/** Declares an input variable, in the style of the existing declarations; undefined if that is not safe. */
export function declareVariable(analysis: Analysis, name: string, type: ValueType): TextEdit[] | undefined {
  const edit = declaration(analysis, name, type);
  if (edit === undefined) return undefined;
  const facts = readFrontMatter(applyEdits(analysis.text, [edit]), kindOf(analysis.name));
  const isDeclared = facts.declaresInput && facts.variables.some(variable => variable.name === name);
  return isDeclared && faults(facts) <= faults(analysis.frontMatter) ? [edit] : undefined;
}

/** Counts the errors of the front matter, except in defaults: a first declaration may make other defaults errors. */
function faults({ findings }: FrontMatterFacts): number {
  return findings.filter(({ code }) => code !== 'default-mismatch').length;
}

function declaration(analysis: Analysis, name: string, type: ValueType): TextEdit | undefined {
  const { text, frontMatter } = analysis;
  const [key, value] = picoschema(name, type);
  const { span, yamlSpan, entries } = frontMatter;
  if (span === undefined) return newFrontMatter(text, key, value);
  if (yamlSpan === undefined) return undefined;
  const input = last(entries, 'input');
  if (input === undefined) {
    const [first] = entries;
    const whole = { input: { schema: { [key]: value } } };
    if (first === undefined) {
      const lines = blockLines('input', whole.input, '').map(line => line + endOfLineIn(text));
      return { span: { start: yamlSpan.start, end: yamlSpan.start }, text: lines.join('') };
    }
    return insertedInto(text, mappingOf(entries), 'input', whole.input);
  }
  const schema = last(input.node.pairs, 'schema');
  if (schema === undefined)
    return input.node.pairs.length === 0
      ? insertedBelow(text, input, 'schema', { [key]: value })
      : insertedInto(text, input.node, 'schema', { [key]: value });
  if (schema.node.kind === 'nothing') return insertedBelow(text, schema, key, value);
  if (!isJsonSchema(schema.node)) return insertedInto(text, schema.node, key, value);
  const properties = part(schema.node, 'properties');
  if (properties === undefined)
    return insertedInto(text, schema.node, 'properties', { [name]: jsonSchema(type) });
  return insertedInto(text, properties, name, jsonSchema(type));
}

function newFrontMatter(text: string, key: string, value: YamlText): TextEdit {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const eol = endOfLineIn(text);
  const lines = ['---', ...blockLines('input', { schema: { [key]: value } }, ''), '---', ''];
  return { span: { start, end: start }, text: lines.join(eol) };
}

/** The root mapping, which begins at its first key. */
function mappingOf(pairs: readonly PlacedPair[]): PlacedValue {
  const start = pairs[0]?.keySpan.start ?? 0;
  const nothing = { value: undefined, items: [], textStart: 0, verbatim: 0, isAlias: false };
  return { kind: 'mapping', span: { start, end: start }, pairs, ...nothing };
}

function last(pairs: readonly PlacedPair[], key: string): PlacedPair | undefined {
  return pairs.findLast(pair => pair.key === key);
}

/** A key of Picoschema, with any parentheses, and its value. */
function picoschema(name: string, type: ValueType): [key: string, value: YamlText] {
  switch (type.kind) {
    case 'object':
      return [
        `${name}(object)`,
        Object.fromEntries(type.properties.map(property => picoschema(property.name, property.type))),
      ];
    case 'array': {
      const [, value] = picoschema('', type.items);
      return [`${name}(array)`, type.items.kind === 'array' ? 'any' : value];
    }
    case 'enum':
      return [name, 'any'];
    default:
      return [name, type.kind];
  }
}

function jsonSchema(type: ValueType): YamlText {
  switch (type.kind) {
    case 'object':
      return {
        type: 'object',
        properties: Object.fromEntries(
          type.properties.map(property => [property.name, jsonSchema(property.type)]),
        ),
      };
    case 'array':
      return { type: 'array', items: jsonSchema(type.items) };
    case 'any':
    case 'enum':
      return {};
    default:
      return { type: type.kind };
  }
}

/** Removes a variable from the schema and the defaults; undefined if that is not safe. */
export function removeVariable(analysis: Analysis, name: string): TextEdit[] | undefined {
  const { text, frontMatter } = analysis;
  const edits = removals(analysis, name);
  // In invalid YAML, one entry may contain the next.
  if (edits === undefined || edits.length === 0 || doOverlap(edits)) return undefined;
  const facts = readFrontMatter(applyEdits(text, edits), kindOf(analysis.name));
  const isGone = facts.variables.every(variable => variable.name !== name) && !facts.defaults.has(name);
  return isGone && faults(facts) <= faults(frontMatter) ? edits : undefined;
}

function removals({ text, frontMatter }: Analysis, name: string): TextEdit[] | undefined {
  const input = last(frontMatter.entries, 'input');
  if (input === undefined) return undefined;
  const variable = frontMatter.variables.find(each => each.name === name);
  const removed = new Set<PlacedPair>();
  const schema = last(input.node.pairs, 'schema');
  const properties = schema && isJsonSchema(schema.node) ? last(schema.node.pairs, 'properties') : schema;
  for (const pair of properties?.node.pairs ?? [])
    if (variable?.span !== undefined && pair.keySpan.start === variable.span.start) removed.add(pair);
  for (const pair of last(input.node.pairs, 'default')?.node.pairs ?? [])
    if (pair.key === name) removed.add(pair);
  // Also removes parts that would become empty.
  const empties = ({ node }: PlacedPair): boolean =>
    node.pairs.length > 0 && node.pairs.every(pair => removed.has(pair));
  for (const pair of input.node.pairs) if (empties(pair)) removed.add(pair);
  const edits: (TextEdit | undefined)[] = [];
  if (empties(input)) edits.push(removedFrom(text, mappingOf(frontMatter.entries), input));
  else
    for (const pair of input.node.pairs) {
      if (removed.has(pair)) edits.push(removedFrom(text, input.node, pair));
      else
        for (const inner of mappingsIn(pair))
          for (const own of inner.pairs) if (removed.has(own)) edits.push(removedFrom(text, inner, own));
      const required = pair.key === 'schema' && !removed.has(pair) ? part(pair.node, 'required') : undefined;
      const item = required?.items.find(({ value }) => value === name);
      if (required !== undefined && item !== undefined && schema && isJsonSchema(schema.node))
        edits.push(removedItem(text, required, item));
    }
  return edits.every(edit => edit !== undefined) ? edits : undefined;
}

function mappingsIn({ node }: PlacedPair): readonly PlacedValue[] {
  const properties = part(node, 'properties');
  return properties === undefined ? [node] : [node, properties];
}
