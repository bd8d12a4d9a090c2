/** JSON Schema within what Anthropic's structured outputs take. */
import type { JsonSchema } from './adapt.ts';
import { closedSchema, rewritten } from './closed-schema.ts';

/**
 * Anthropic rejects schemas with rules such as `minimum`, so they are moved to the description of the value, as in the
 * helpers of Anthropic's own SDK.
 */
export function anthropicSchema(schema: JsonSchema): JsonSchema {
  return rewritten(closedSchema(schema), each => {
    const { oneOf, ...others } = each;
    const given = oneOf === undefined || 'anyOf' in others ? each : { ...others, anyOf: oneOf };
    const rules = Object.entries(given).filter(([key, value]) => !isTaken(key, value));
    if (rules.length === 0) return given;
    const taken = Object.entries(given).filter(([key, value]) => isTaken(key, value));
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
      ...Object.fromEntries(taken),
      ...(described.length > 0 && { description: described.join('\n\n') }),
    };
  });
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
  return key === 'minItems' ? value === 0 || value === 1 : TAKEN.has(key);
}
