/**
 * The patterns of an input's schema, which RE2 runs: one that it cannot run is refused with its place before the prompt
 * is published, not when an input is held against it.
 */
import type { CompilePattern } from './patterns.ts';
import { MAX_PATTERN_LENGTH } from './patterns.ts';
import { isJsonObject, type JsonObject, SchemaFault, type SchemaPath } from './schema-fault.ts';

/** One `pattern`, or one key of `patternProperties`. */
export interface SchemaPattern {
  /** From the schema to the pattern. */
  readonly path: SchemaPath;
  /** Whether it is a key. */
  readonly isKey: boolean;
  readonly pattern: string;
}

/** What holds one schema, or a list of schemas. */
const SCHEMAS = [
  ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'contains'],
  ...['additionalProperties', 'unevaluatedProperties', 'propertyNames'],
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'],
];
/** What holds a schema for each name. */
const NAMED_SCHEMAS = [
  ...['properties', 'patternProperties', 'dependentSchemas', 'dependencies'],
  ...['$defs', 'definitions'],
];

/** Every pattern in a JSON Schema, each once, also where a `$ref` alone leads to it. */
export function patternsIn(root: JsonObject): readonly SchemaPattern[] {
  const found: SchemaPattern[] = [];
  const seen = new Set<unknown>();
  const waiting: { readonly schema: unknown; readonly path: SchemaPath }[] = [{ schema: root, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { schema, path } = next;
    if (typeof schema !== 'object' || schema === null || seen.has(schema)) continue;
    seen.add(schema);
    if (!isJsonObject(schema)) {
      for (const [index, each] of (schema as readonly unknown[]).entries())
        waiting.push({ schema: each, path: [...path, index] });
      continue;
    }
    const { pattern, patternProperties, $ref: reference } = schema;
    if (typeof pattern === 'string') found.push({ path: [...path, 'pattern'], isKey: false, pattern });
    if (isJsonObject(patternProperties))
      for (const key of Object.keys(patternProperties))
        found.push({ path: [...path, 'patternProperties', key], isKey: true, pattern: key });
    for (const keyword of SCHEMAS) waiting.push({ schema: schema[keyword], path: [...path, keyword] });
    for (const keyword of NAMED_SCHEMAS)
      if (isJsonObject(schema[keyword]))
        for (const [name, each] of Object.entries(schema[keyword]))
          waiting.push({ schema: each, path: [...path, keyword, name] });
    if (typeof reference === 'string' && reference.startsWith('#/')) waiting.push(referred(root, reference));
  }
  return found;
}

/** The first of some patterns that cannot be run. */
export function patternFault(
  patterns: readonly SchemaPattern[],
  compile: CompilePattern,
): SchemaFault | undefined {
  const wrong = patterns.find(({ pattern }) => compile(pattern) === undefined);
  return wrong && new SchemaFault(wrong.path, whyNotRun(wrong.pattern), wrong.isKey);
}

function whyNotRun(pattern: string): string {
  if (pattern.length > MAX_PATTERN_LENGTH)
    return `A pattern has at most ${MAX_PATTERN_LENGTH.toLocaleString('en-US')} characters. Shorten it, or list the values with "enum".`;
  const unescaped = pattern.replaceAll(/\\[^1-9k]/g, '');
  if (/\(\?<?[=!]/.test(unescaped))
    return 'This pattern looks ahead or behind, as in "(?=…)", which RE2 cannot run. Write it without, or put each condition into an "allOf" of its own.';
  if (/\\[1-9k]/.test(unescaped))
    return 'This pattern refers back to what a group matched, as in "\\1", which RE2 cannot run. Write it without.';
  if (/\{\d*,?\d{4,}\}/.test(unescaped) || /\}\)*\{/.test(unescaped))
    return 'This pattern repeats something more than 1,000 times, which RE2 cannot run. Use "maxLength" and "minLength" instead.';
  return 'This is no regular expression that RE2 can run. Correct it (github.com/google/re2/wiki/Syntax).';
}

function referred(root: JsonObject, reference: string): { schema: unknown; path: SchemaPath } {
  const path = reference
    .slice(2)
    .split('/')
    .map(part => decoded(part).replaceAll('~1', '/').replaceAll('~0', '~'));
  let schema: unknown = root;
  for (const key of path)
    schema =
      typeof schema === 'object' && schema !== null && Object.hasOwn(schema, key)
        ? (schema as JsonObject)[key]
        : undefined;
  return { schema, path };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a "%" that stands for itself
  }
}
