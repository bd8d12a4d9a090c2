/**
 * Checks the patterns of an input's schema: one that RE2 cannot run is reported with its place before publication, not
 * when an input is validated.
 */
import type { CompilePattern } from './patterns.ts';
import { MAX_PATTERN_LENGTH } from './patterns.ts';
import { isJsonObject, type JsonObject, SchemaFault, type SchemaPath } from './schema-fault.ts';
import { schemasIn } from './schemas-in.ts';

/** One `pattern`, or one key of `patternProperties`. */
export interface SchemaPattern {
  /** The path from the schema to the pattern. */
  readonly path: SchemaPath;
  /** True if it is a key. */
  readonly isKey: boolean;
  readonly pattern: string;
}

/** Every pattern in a JSON Schema, each once, including those that only a `$ref` reaches. */
export function patternsIn(root: JsonObject): readonly SchemaPattern[] {
  const found: SchemaPattern[] = [];
  for (const { schema, path } of schemasIn(root)) {
    const { pattern, patternProperties } = schema;
    if (typeof pattern === 'string') found.push({ path: [...path, 'pattern'], isKey: false, pattern });
    if (isJsonObject(patternProperties))
      for (const key of Object.keys(patternProperties))
        found.push({ path: [...path, 'patternProperties', key], isKey: true, pattern: key });
  }
  return found;
}

/** The faults of the patterns that cannot be run. */
export function patternFaults(
  patterns: readonly SchemaPattern[],
  compile: CompilePattern,
): readonly SchemaFault[] {
  return patterns
    .filter(({ pattern }) => compile(pattern) === undefined)
    .map(({ path, pattern, isKey }) => new SchemaFault(path, patternErrorMessage(pattern), isKey));
}

function patternErrorMessage(pattern: string): string {
  if (pattern.length > MAX_PATTERN_LENGTH)
    return `A pattern has at most ${MAX_PATTERN_LENGTH.toLocaleString('en-US')} characters. Shorten it, or list the values with "enum".`;
  const unescaped = pattern.replaceAll(/\\[^1-9k]/g, '');
  if (/\(\?<?[=!]/.test(unescaped))
    return 'This pattern looks ahead or behind, as in "(?=…)", which RE2 cannot run. Write it without, or put each condition into an "allOf" of its own.';
  if (/\\[1-9k]/.test(unescaped))
    return 'This pattern refers back to what a group matched, as in "\\1", which RE2 cannot run. Write it without.';
  if (/\{\d*,?\d{4,}\}/.test(unescaped) || /\}\)*\{/.test(unescaped))
    return 'This pattern repeats something more than 1,000 times, which RE2 cannot run. Use "maxLength" and "minLength" instead.';
  return 'RE2 cannot run this regular expression. Correct it (github.com/google/re2/wiki/Syntax).';
}
