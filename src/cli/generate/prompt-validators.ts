/** The validators that `promptforge generate --schemas` writes beside the types. */
import { loadPatterns } from '../../core/schema/patterns.ts';
import type { DeclaredPrompt } from './declared-prompt.ts';
import type { Dialect } from './dialect.ts';
import { quoted } from './type-of-schema.ts';
import { valibot } from './valibot.ts';
import { type Definitions, validatorOfSchema } from './validator-of-schema.ts';
import { zod } from './zod.ts';

export const DIALECTS: Readonly<Record<string, Dialect>> = { zod, valibot };

export interface WrittenValidators {
  /** Code at the top of the file. */
  readonly imports: string;
  /** Code after the types. */
  readonly code: string;
}

/** @param library a key of `DIALECTS` @throws CommandFailure for a schema that cannot have a validator */
export async function promptValidators(
  prompts: readonly DeclaredPrompt[],
  library: string,
): Promise<WrittenValidators> {
  const dialect = DIALECTS[library] as Dialect;
  const definitions: Definitions = { lines: [], helpers: new Set() };
  const pattern = await loadPatterns();
  const entries = prompts.map(({ name, metadata }) => {
    const of = (schema: unknown) =>
      validatorOfSchema(schema, { dialect, definitions, pattern, label: name }, '    ');
    const { schema } = metadata.input;
    const input = of(schema === null || isNamed(schema) ? { type: 'object' } : schema);
    return `  ${quoted(name)}: {\n    input: ${input},\n    output: ${of(outputSchema(metadata.output))},\n  },`;
  });
  const helpers = Object.entries(dialect.helpers).filter(([name]) => definitions.helpers.has(name));
  const parts = [
    ...helpers.map(([, code]) => code),
    ...definitions.lines.filter(line => line !== ''),
    `/** What inputs and outputs must be, by the prompt's name. */\nexport const schemas = {\n${entries.join('\n')}\n};`,
  ];
  return { imports: dialect.import, code: parts.join('\n\n') };
}

/** True for a schema that is only referenced by name, which only the application knows. */
function isNamed(schema: Readonly<Record<string, unknown>>): boolean {
  const { $ref: reference } = schema;
  return typeof reference === 'string' && !reference.startsWith('#');
}

function outputSchema(output: unknown): unknown {
  const { schema, format } = (output ?? {}) as { readonly schema?: unknown; readonly format?: unknown };
  if (schema !== undefined && schema !== null) return schema;
  return format === undefined || format === 'text' ? { type: 'string' } : true;
}
