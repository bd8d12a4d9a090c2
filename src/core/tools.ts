/** The tools that a prompt declares, as model APIs expect them: by name, with JSON Schema. */
import { referenceFaults } from './schema/check-references.ts';
import { expandSchema } from './schema/expand-schema.ts';
import type { PlacedFault } from './schema/place-of-fault.ts';
import { isJsonObject, type JsonObject, SchemaFault, type SchemaPath } from './schema/schema-fault.ts';

export interface DeclaredTool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema; absent if none is declared, or it has no meaning. */
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
}

/**
 * The tools in `tools`, in order, then the others in `toolDefs`. A tool with only a name is defined by the application.
 * @param frontMatter from YAML
 */
export function declaredTools(frontMatter: JsonObject): DeclaredTool[] {
  const tools = new Map<string, DeclaredTool>();
  const definitions = listOf(frontMatter['toolDefs']).filter(isJsonObject);
  const defined = new Map(definitions.map(each => [each['name'], each]));
  for (const each of [...listOf(frontMatter['tools']), ...definitions]) {
    const definition = typeof each === 'string' ? (defined.get(each) ?? { name: each }) : each;
    if (!isJsonObject(definition) || typeof definition['name'] !== 'string') continue;
    if (!tools.has(definition['name']))
      tools.set(definition['name'], compiled(definition['name'], definition));
  }
  return [...tools.values()];
}

function compiled(name: string, { description, inputSchema, outputSchema }: JsonObject): DeclaredTool {
  const [input, output] = [schemaOf(inputSchema), schemaOf(outputSchema)];
  return {
    name,
    ...(typeof description === 'string' && { description }),
    ...(input !== null && { inputSchema: input }),
    ...(output !== null && { outputSchema: output }),
  };
}

/** Errors in the schemas of tools, since a model has to guess the arguments of a tool without one. */
export function toolFaults(frontMatter: JsonObject): readonly PlacedFault[] {
  return ['tools', 'toolDefs'].flatMap(key =>
    listOf(frontMatter[key]).flatMap((tool, index) =>
      ['inputSchema', 'outputSchema'].flatMap(name =>
        isJsonObject(tool) ? faultsOf(tool[name], [key, index, name]) : [],
      ),
    ),
  );
}

function faultsOf(schema: unknown, at: SchemaPath): readonly PlacedFault[] {
  try {
    const expanded = expandSchema(schema);
    return (expanded === null ? [] : referenceFaults(expanded)).map(fault => ({
      fault,
      code: 'schema-reference',
      at,
    }));
  } catch (error) {
    if (error instanceof SchemaFault) return [{ fault: error, code: 'picoschema', at }];
    throw error;
  }
}

/** Omits a schema without a meaning, which may have been published before tools were checked. */
function schemaOf(schema: unknown): JsonObject | null {
  try {
    return expandSchema(schema, true);
  } catch (error) {
    if (error instanceof SchemaFault) return null;
    throw error;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
