/**
 * Creates the file of types that `promptforge generate` writes. It depends only on the declarations, so whole files can
 * be compared.
 */
import type { DeclaredPrompt } from './declared-prompt.ts';
import { promptValidators } from './prompt-validators.ts';
import { commentOf, quoted, typeOfSchema } from './type-of-schema.ts';

/**
 * @param command regenerates the file
 * @param library the library of validators beside the types; undefined for no validators
 * @throws CommandFailure for a schema that cannot have a validator
 */
export async function promptTypes(
  prompts: readonly DeclaredPrompt[],
  command: string,
  library?: string,
): Promise<string> {
  const sorted = prompts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const validators = library === undefined ? undefined : await promptValidators(sorted, library);
  const imports = validators === undefined ? '' : `${validators.imports}\n\n`;
  return `/* eslint-disable */
// Made by "${command}". Do not edit: run it again.

${imports}/** The prompts by name, for createClient<Prompts>(…) of promptforge/client. */
export interface Prompts {
${sorted.map(entryOf).join('\n')}
}
${validators === undefined ? '' : `\n${validators.code}\n`}`;
}

function entryOf({ name, metadata }: DeclaredPrompt): string {
  const lines = [
    ...commentOf(metadata),
    `${quoted(name)}: {`,
    `  input: ${inputOf(metadata.input.schema)};`,
    `  output: ${outputOf(metadata.output)};`,
    '};',
  ];
  return lines.map(each => `  ${each}`).join('\n');
}

function inputOf(schema: unknown): string {
  const type = schema === null ? 'unknown' : typeOfSchema(schema, 'input', '    ');
  // If nothing is declared, the template may read any variable.
  return type === 'unknown' || type === 'object' ? '{ readonly [name: string]: unknown }' : type;
}

function outputOf(output: unknown): string {
  const { schema, format } = (output ?? {}) as { readonly schema?: unknown; readonly format?: unknown };
  if (schema !== undefined && schema !== null) return typeOfSchema(schema, 'output', '    ');
  return format === undefined || format === 'text' ? 'string' : 'unknown';
}
