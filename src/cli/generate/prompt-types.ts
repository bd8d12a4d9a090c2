/** The file of types that `promptforge generate` writes. It depends on the declarations alone, so it is compared whole. */
import { commentOf, quoted, typeOfSchema } from './type-of-schema.ts';

export interface DeclaredPrompt {
  readonly name: string;
  readonly metadata: {
    readonly description?: string;
    readonly input: { readonly schema: Readonly<Record<string, unknown>> | null };
    readonly output?: unknown;
  };
}

/** @param command makes the file again */
export function promptTypes(prompts: readonly DeclaredPrompt[], command: string): string {
  const sorted = prompts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return `/* eslint-disable */
// Made by "${command}". Do not edit: run it again.

/** The prompts by name, for createClient<Prompts>(…) of promptforge/client. */
export interface Prompts {
${sorted.map(entryOf).join('\n')}
}
`;
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
  // Where nothing is declared, the template may read any variable.
  return type === 'unknown' || type === 'object' ? '{ readonly [name: string]: unknown }' : type;
}

function outputOf(output: unknown): string {
  const { schema, format } = (output ?? {}) as { readonly schema?: unknown; readonly format?: unknown };
  if (schema !== undefined && schema !== null) return typeOfSchema(schema, 'output', '    ');
  return format === undefined || format === 'text' ? 'string' : 'unknown';
}
