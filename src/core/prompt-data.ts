/** A prompt's data as its own template reads it, from a source or from delivered metadata. */
import { isJsonObject, type JsonObject } from './schema/schema-fault.ts';

/** Front matter keys that Dotprompt itself defines; a template can read them from `@metadata.prompt`. */
const RESERVED: ReadonlySet<string> = new Set([
  'config',
  'description',
  'ext',
  'input',
  'model',
  'name',
  'output',
  'raw',
  'toolDefs',
  'tools',
  'variant',
  'version',
]);

/**
 * The value of `@metadata.prompt`.
 * @param output with its schema expanded; default: as in the front matter
 */
export function promptData(frontMatter: JsonObject, output?: unknown): JsonObject {
  const { input: _, ...reserved } = reservedOf(frontMatter);
  return {
    metadata: {},
    ...reserved,
    config: asObject(reserved['config']),
    ...(output !== undefined && { output }),
    ...(reserved['tools'] ? { toolDefs: reserved['toolDefs'] || [] } : {}),
    raw: frontMatter,
    ext: extensionsOf(frontMatter),
  };
}

export function requiredInputs(schema: JsonObject | null): readonly string[] {
  const required = schema?.['required'];
  return Array.isArray(required) ? required.filter(name => typeof name === 'string') : [];
}

export function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function reservedOf(frontMatter: JsonObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(frontMatter).filter(([key]) => RESERVED.has(key)));
}

/** Keys with a dot, grouped by the part before the last dot. */
function extensionsOf(frontMatter: JsonObject): Readonly<Record<string, JsonObject>> {
  const spaces: Record<string, Record<string, unknown>> = {};
  for (const [key, value] of Object.entries(frontMatter)) {
    const dot = key.lastIndexOf('.');
    if (dot < 0 || RESERVED.has(key)) continue;
    const space = key.slice(0, dot);
    spaces[space] = { ...spaces[space], [key.slice(dot + 1)]: value };
  }
  return spaces;
}
