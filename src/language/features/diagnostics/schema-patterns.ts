/** Finds errors in references and patterns of schemas, and in tools' schemas, with the same messages as publishing. */
import { patternFaults, patternsIn } from '../../../core/schema/check-patterns.ts';
import { referenceFaults } from '../../../core/schema/check-references.ts';
import type { CompilePattern } from '../../../core/schema/patterns.ts';
import { type PlacedFault, placeOfFault } from '../../../core/schema/place-of-fault.ts';
import { isJsonObject, type SchemaFault } from '../../../core/schema/schema-fault.ts';
import { toolFaults } from '../../../core/tools.ts';
import type { FrontMatterFacts } from '../../front-matter/front-matter.ts';
import type { Finding } from '../../results/finding.ts';
import { isJsonSchema } from '../../types/schema.ts';

/** Returns whether a text may have patterns, to load what runs them only if needed. */
export function mayHavePatterns(text: string): boolean {
  return text.includes('pattern');
}

/** @param compile without it, patterns are not checked */
export function schemaFaults(
  { entries }: FrontMatterFacts,
  compile: CompilePattern | undefined,
): readonly Finding[] {
  const entry = (wanted: string) => entries.findLast(({ key }) => key === wanted);
  const inSchema = (of: 'input' | 'output'): readonly Finding[] => {
    const schema = entry(of)?.entries.findLast(({ key }) => key === 'schema');
    if (schema === undefined || !isJsonSchema(schema.node) || !isJsonObject(schema.value)) return [];
    const told = (code: PlacedFault['code']) => (fault: SchemaFault) => ({
      code,
      span: placeOfFault(schema.node, [], fault),
      message: fault.message,
    });
    const patterns = of === 'input' && compile ? patternFaults(patternsIn(schema.value), compile) : [];
    return [
      ...referenceFaults(schema.value).map(told('schema-reference')),
      ...patterns.map(told('schema-pattern')),
    ];
  };
  const ofTools = ['tools', 'toolDefs'].flatMap((key): readonly Finding[] => {
    const tools = entry(key);
    return tools === undefined
      ? []
      : toolFaults({ [key]: tools.value }).map(({ fault, code, at }) => ({
          code,
          span: placeOfFault(tools.node, at.slice(1), fault),
          message: fault.message,
        }));
  });
  return [...inSchema('input'), ...inSchema('output'), ...ofTools];
}
