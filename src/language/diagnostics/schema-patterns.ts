/** A reference or pattern of the input's schema that cannot be followed or run: publishing refuses it, with the same sentence. */
import { patternFault, patternsIn } from '../../core/schema/check-patterns.ts';
import { referenceFault } from '../../core/schema/check-references.ts';
import type { CompilePattern } from '../../core/schema/patterns.ts';
import { placeOfFault } from '../../core/schema/place-of-fault.ts';
import { isJsonObject } from '../../core/schema/schema-fault.ts';
import type { Finding } from '../finding.ts';
import type { FrontMatterFacts } from '../front-matter.ts';
import { isJsonSchema } from '../schema.ts';

/** Returns whether a text may have patterns: only then they are worth loading what runs them. */
export function mayHavePatterns(text: string): boolean {
  return text.includes('pattern');
}

/** @param compile without it, patterns are not checked */
export function schemaFaults(
  { entries }: FrontMatterFacts,
  compile: CompilePattern | undefined,
): readonly Finding[] {
  const input = entries.findLast(({ key }) => key === 'input');
  const schema = input?.entries.findLast(({ key }) => key === 'schema');
  if (schema === undefined || !isJsonSchema(schema.node) || !isJsonObject(schema.value)) return [];
  const reference = referenceFault(schema.value);
  const fault = reference ?? (compile && patternFault(patternsIn(schema.value), compile));
  if (fault === undefined) return [];
  const code = reference === undefined ? 'schema-pattern' : 'schema-reference';
  return [{ code, span: placeOfFault(schema.node, [], fault), message: fault.message }];
}
