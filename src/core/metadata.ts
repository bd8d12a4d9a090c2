/** The declarations of a source's front matter, its schemas expanded to JSON Schema. */
import type { Problem } from './problem.ts';
import { asObject } from './prompt-data.ts';
import { promptOf } from './prompt-metadata.ts';
import { patternFault, patternsIn } from './schema/check-patterns.ts';
import { referenceFault } from './schema/check-references.ts';
import { expandSchema } from './schema/expand-schema.ts';
import { notOfAnObject } from './schema/input-type.ts';
import { loadPatterns } from './schema/patterns.ts';
import { placeOfFault } from './schema/place-of-fault.ts';
import { isJsonObject, type JsonObject, SchemaFault, type SchemaPath } from './schema/schema-fault.ts';
import { locateFrontMatter, type PromptSource, type SourceKind } from './source.ts';
import { issueAt } from './source-position.ts';
import { problemOfIssues } from './template.ts';
import { readYaml } from './yaml-places.ts';

export interface DeclaredMetadata {
  /** The value of `@metadata.prompt`. */
  readonly prompt: JsonObject;
  /** JSON Schema, whose `required` excludes inputs with a default; null if nothing is declared. */
  readonly inputSchema: JsonObject | null;
  readonly defaults: JsonObject;
}

export interface MetadataOptions {
  /** Names the prompt or file in error messages. */
  readonly label: string;
  /** Default: `prompt`. */
  readonly kind?: SourceKind | undefined;
  /** True if it was published already: then a schema is read as it was when it could be published. */
  readonly isPublished?: boolean | undefined;
}

/** @throws Problem `invalid_source` with the place of what means nothing in a schema */
export function declaredMetadata(
  source: string,
  parsed: PromptSource,
  { label, kind, isPublished = false }: MetadataOptions,
): DeclaredMetadata {
  const { output } = parsed.frontMatter;
  const input = asObject(parsed.frontMatter['input']);
  const expand = (schema: unknown, of: 'input' | 'output') =>
    orIssue(() => expandSchema(schema, isPublished), [of, 'schema'], { source, label, kind });
  const schema = expand(input['schema'], 'input');
  const defaults = asObject(input['default']);
  const outputSchema = isJsonObject(output) ? expand(output['schema'], 'output') : null;
  return {
    prompt: promptOf(parsed.frontMatter, outputSchema),
    inputSchema: schema && withoutDefaulted(schema, defaults),
    defaults,
  };
}

/**
 * As `declaredMetadata`, of what is published or rendered before it is: also the references and patterns of the input's
 * schema must be such that they can be followed and run.
 */
export async function checkedMetadata(
  source: string,
  parsed: PromptSource,
  options: MetadataOptions,
): Promise<DeclaredMetadata> {
  const metadata = declaredMetadata(source, parsed, options);
  if (options.isPublished === true || metadata.inputSchema === null) return metadata;
  const at = ['input', 'schema'];
  const other = notOfAnObject(asObject(parsed.frontMatter['input'])['schema']);
  if (other !== undefined) throw problemOf(other, 'picoschema', at, { source, ...options });
  const reference = referenceFault(metadata.inputSchema);
  if (reference !== undefined) throw problemOf(reference, 'schema-reference', at, { source, ...options });
  const patterns = patternsIn(metadata.inputSchema);
  const fault = patterns.length === 0 ? undefined : patternFault(patterns, await loadPatterns());
  if (fault !== undefined) throw problemOf(fault, 'schema-pattern', at, { source, ...options });
  return metadata;
}

/** A schema that requires no input which has a default. */
function withoutDefaulted(schema: JsonObject, defaults: JsonObject): JsonObject {
  const { required, ...rest } = schema;
  if (!Array.isArray(required)) return schema;
  const hasDefault = (name: unknown) =>
    typeof name === 'string' && Object.hasOwn(defaults, name) && (defaults[name] ?? null) !== null;
  const left = required.filter(name => !hasDefault(name));
  if (left.length === required.length) return schema;
  return left.length === 0 ? rest : { ...schema, required: left };
}

function orIssue<Value>(read: () => Value, at: SchemaPath, of: { source: string } & MetadataOptions): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof SchemaFault ? problemOf(error, 'picoschema', at, of) : error;
  }
}

function problemOf(
  fault: SchemaFault,
  code: 'picoschema' | 'schema-pattern' | 'schema-reference',
  at: SchemaPath,
  { source, label, kind }: { source: string } & MetadataOptions,
): Problem {
  const { start, end } = placeOf(source, kind, at, fault);
  return problemOfIssues([{ code, ...issueAt(source, start, end, fault.message) }], label);
}

/** Returns the place of an invalid key or value in the front matter, as far as the path to it exists. */
function placeOf(
  source: string,
  kind: SourceKind | undefined,
  at: SchemaPath,
  fault: SchemaFault,
): { readonly start: number; readonly end: number } {
  const place = locateFrontMatter(source, kind);
  const offset = place?.yamlStart ?? 0;
  const { root } = readYaml(source.slice(offset, place?.yamlEnd), offset);
  return placeOfFault(root, at, fault);
}
