/** The value of `@metadata.prompt`, which the front matter of a source determines. */
import { promptData } from './prompt-data.ts';
import { expandSchema } from './schema/expand-schema.ts';
import { isJsonObject, type JsonObject, SchemaFault } from './schema/schema-fault.ts';
import type { FrontMatter, PromptSource } from './source.ts';

/**
 * The value of `@metadata.prompt`.
 * @param outputSchema as JSON Schema; null if there is none
 */
export function promptOf(frontMatter: FrontMatter, outputSchema: JsonObject | null): JsonObject {
  const { output } = frontMatter;
  return promptData(
    frontMatter,
    outputSchema === null ? undefined : { ...(output as JsonObject), schema: outputSchema },
  );
}

/** Like `promptOf`; undefined for invalid front matter, which publishing reports. */
export function fixedMetadata({ frontMatter, issues }: PromptSource): JsonObject | undefined {
  if (issues.length > 0) return undefined;
  const { output } = frontMatter;
  try {
    return promptOf(frontMatter, isJsonObject(output) ? expandSchema(output['schema'], false) : null);
  } catch (error) {
    if (error instanceof SchemaFault) return undefined;
    throw error;
  }
}
