/** Converts JSON Schema to the part of it that Anthropic's structured outputs support. */
import type { JsonSchema } from './adapt.ts';
import { closedSchema, isSchema, rewritten } from './closed-schema.ts';

/**
 * Anthropic rejects a schema with a rule such as `minimum`, or with an object that allows keys other than those it
 * names. Such rules move to the value's description, where the model reads them, as in the helpers of Anthropic's SDK.
 * @returns undefined for a schema with an object that names no keys, because it could only be empty
 */
export function anthropicSchema(schema: JsonSchema): JsonSchema | undefined {
  let isTakenWhole = true;
  const taken = rewritten(closedSchema(schema), each => {
    const { oneOf, ...others } = each;
    const given = oneOf === undefined || 'anyOf' in others ? each : { ...others, anyOf: oneOf };
    const isObject = [given['type']].flat().includes('object') || isSchema(given['properties']);
    if (isObject && Object.keys(given['properties'] ?? {}).length === 0) isTakenWhole = false;
    const rules = Object.entries(given).filter(([key, value]) => !isTaken(key, value));
    if (rules.length === 0) return given;
    const kept = Object.entries(given).filter(([key, value]) => isTaken(key, value));
    const told = rules
      .filter(([key]) => key !== '$schema')
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
      .join(', ');
    const { description } = given;
    const described = [
      ...(typeof description === 'string' ? [description] : []),
      ...(told ? [`{${told}}`] : []),
    ];
    return {
      ...Object.fromEntries(kept),
      ...(isObject && { additionalProperties: false }),
      ...(described.length > 0 && { description: described.join('\n\n') }),
    };
  });
  return isTakenWhole ? taken : undefined;
}

const TAKEN: ReadonlySet<string> = new Set([
  ...[
    'type',
    'enum',
    'const',
    'anyOf',
    'allOf',
    '$ref',
    '$defs',
    'definitions',
    'title',
    'description',
    'default',
  ],
  ...['properties', 'required', 'additionalProperties', 'items'],
]);
const FORMATS: readonly unknown[] = [
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
];

function isTaken(key: string, value: unknown): boolean {
  if (key === 'format') return FORMATS.includes(value);
  if (key === 'additionalProperties') return value === false;
  if (key === 'enum' || key === 'const')
    return [value].flat().every(each => typeof each !== 'object' || each === null);
  return key === 'minItems' ? value === 0 || value === 1 : TAKEN.has(key);
}
