/** The inputs that callers of a prompt provide: those its schema declares, and those its text and partials read. */
import type { LinkedTemplate } from '../flatten.ts';
import type { PromptMetadata } from '../render.ts';
import { readInputs } from './read-inputs.ts';
import { schemaShape } from './schema-shape.ts';

export interface CallerInput {
  /** True if the front matter's schema names it. */
  readonly declared: boolean;
  /**
   * True if callers must provide it: without it, rendering fails if it is declared, and otherwise leaves a gap in the
   * text. Always false if the front matter has a default.
   */
  readonly required: boolean;
  /** Its `schemaShape`; undefined if it is not declared or too large to compare. */
  readonly shape: string | undefined;
}

/** By name. */
export type CallerInputs = ReadonlyMap<string, CallerInput>;

/** @throws Error of Handlebars for a template that it cannot parse */
export function callerInputs(
  { input: { schema, default: defaults } }: Pick<PromptMetadata, 'input'>,
  linked: LinkedTemplate,
): CallerInputs {
  const properties = asObject(schema?.['properties']);
  const needed = Array.isArray(schema?.['required']) ? new Set<unknown>(schema['required']) : new Set();
  const hasDefault = (name: string) => (Object.hasOwn(defaults, name) ? defaults[name] : null) !== null;
  const inputs = new Map<string, CallerInput>();
  for (const [name, own] of Object.entries(properties))
    inputs.set(name, {
      declared: true,
      required: needed.has(name) && !hasDefault(name),
      shape: schemaShape(own),
    });
  const isFlag = (name: string) => Object.hasOwn(properties, name) && isBoolean(properties[name]);
  for (const [name, isNeeded] of readInputs(linked, isFlag))
    if (!inputs.has(name))
      inputs.set(name, { declared: false, required: isNeeded && !hasDefault(name), shape: undefined });
  return inputs;
}

function isBoolean(schema: unknown): boolean {
  const { type } = asObject(schema);
  return [type].flat().includes('boolean');
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
