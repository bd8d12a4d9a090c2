/** The declarations of a source's front matter, its schemas expanded to JSON Schema. */
import { MAX_ERRORS } from './check/finding.ts';
import { asObject } from './prompt-data.ts';
import { promptOf } from './prompt-metadata.ts';
import { patternFaults, patternsIn } from './schema/check-patterns.ts';
import { referenceFaults } from './schema/check-references.ts';
import { expandSchema } from './schema/expand-schema.ts';
import { notOfAnObject } from './schema/input-type.ts';
import { loadPatterns } from './schema/patterns.ts';
import { type PlacedFault, placeOfFault } from './schema/place-of-fault.ts';
import { isJsonObject, type JsonObject, SchemaFault, type SchemaPath } from './schema/schema-fault.ts';
import { locateFrontMatter, type PromptSource, type SourceKind } from './source.ts';
import { issueAt } from './source-position.ts';
import { problemOfIssues } from './template.ts';
import { toolFaults } from './tools.ts';
import { readYaml } from './yaml-places.ts';

export interface DeclaredMetadata {
  /** The value of `@metadata.prompt`. */
  readonly prompt: JsonObject;
  /** JSON Schema, whose `required` excludes inputs with a default; null if nothing is declared. */
  readonly inputSchema: JsonObject | null;
  readonly defaults: JsonObject;
}

export interface MetadataOptions {
  /** The name of the prompt or file in error messages. */
  readonly label: string;
  /** Default: `prompt`. */
  readonly kind?: SourceKind | undefined;
  /** True if it was published already: then schemas are read by the rules that earlier releases had. */
  readonly isPublished?: boolean | undefined;
}

/** @throws Problem `invalid_source` with the place of the part of a schema that has no meaning */
export function declaredMetadata(
  source: string,
  parsed: PromptSource,
  options: MetadataOptions,
): DeclaredMetadata {
  const schemas = expandedSchemas(parsed, options.isPublished === true);
  checkNoFaults(schemas.faults, source, options);
  return metadataOf(parsed, schemas);
}

/**
 * Like `declaredMetadata`, for a source that is being published, or rendered before that: also checks that references
 * in schemas, including those of tools, can be followed, and that patterns of the input's schema can be run.
 */
export async function checkedMetadata(
  source: string,
  parsed: PromptSource,
  options: MetadataOptions,
): Promise<DeclaredMetadata> {
  if (options.isPublished === true) return declaredMetadata(source, parsed, options);
  const schemas = expandedSchemas(parsed, false);
  const { input, output, faults } = schemas;
  const found = [...faults, ...toolFaults(parsed.frontMatter)];
  if (input !== null) {
    const other = notOfAnObject(asObject(parsed.frontMatter['input'])['schema']);
    if (other !== undefined) found.push({ fault: other, code: 'picoschema', at: INPUT });
    found.push(
      ...referenceFaults(input).map(fault => ({ fault, code: 'schema-reference', at: INPUT }) as const),
    );
    const patterns = patternsIn(input);
    const wrong = patterns.length === 0 ? [] : patternFaults(patterns, await loadPatterns());
    found.push(...wrong.map(fault => ({ fault, code: 'schema-pattern', at: INPUT }) as const));
  }
  if (output !== null)
    found.push(
      ...referenceFaults(output).map(fault => ({ fault, code: 'schema-reference', at: OUTPUT }) as const),
    );
  checkNoFaults(found, source, options);
  return metadataOf(parsed, schemas);
}

const INPUT: SchemaPath = ['input', 'schema'];
const OUTPUT: SchemaPath = ['output', 'schema'];

interface ExpandedSchemas {
  /** JSON Schema; null if there is none, or it has no meaning. */
  readonly input: JsonObject | null;
  readonly output: JsonObject | null;
  readonly faults: readonly PlacedFault[];
}

function expandedSchemas({ frontMatter }: PromptSource, isLenient: boolean): ExpandedSchemas {
  const faults: PlacedFault[] = [];
  const expanded = (schema: unknown, at: SchemaPath): JsonObject | null => {
    try {
      return expandSchema(schema, isLenient);
    } catch (error) {
      if (!(error instanceof SchemaFault)) throw error;
      faults.push({ fault: error, code: 'picoschema', at });
      return null;
    }
  };
  const { output } = frontMatter;
  return {
    input: expanded(asObject(frontMatter['input'])['schema'], INPUT),
    output: isJsonObject(output) ? expanded(output['schema'], OUTPUT) : null,
    faults,
  };
}

function metadataOf({ frontMatter }: PromptSource, { input, output }: ExpandedSchemas): DeclaredMetadata {
  const defaults = asObject(asObject(frontMatter['input'])['default']);
  return {
    prompt: promptOf(frontMatter, output),
    inputSchema: input && withoutDefaulted(input, defaults),
    defaults,
  };
}

/** A schema without the requirement of inputs that have a default. */
function withoutDefaulted(schema: JsonObject, defaults: JsonObject): JsonObject {
  const { required, ...rest } = schema;
  if (!Array.isArray(required)) return schema;
  const hasDefault = (name: unknown) =>
    typeof name === 'string' && Object.hasOwn(defaults, name) && (defaults[name] ?? null) !== null;
  const left = required.filter(name => !hasDefault(name));
  if (left.length === required.length) return schema;
  return left.length === 0 ? rest : { ...schema, required: left };
}

/** @throws Problem `invalid_source` with the faults, sorted by position */
function checkNoFaults(
  faults: readonly PlacedFault[],
  source: string,
  { label, kind }: MetadataOptions,
): void {
  if (faults.length === 0) return;
  const place = locateFrontMatter(source, kind);
  const offset = place?.yamlStart ?? 0;
  const { root } = readYaml(source.slice(offset, place?.yamlEnd), offset);
  const issues = faults
    .map(({ fault, code, at }) => ({ code, message: fault.message, ...placeOfFault(root, at, fault) }))
    .toSorted((one, other) => one.start - other.start)
    .slice(0, MAX_ERRORS)
    .map(({ code, start, end, message }) => ({ code, ...issueAt(source, start, end, message) }));
  throw problemOfIssues(issues, label);
}
