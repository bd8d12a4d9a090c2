/** What is said of a value that a schema refuses is a sentence of ours: what is allowed, never a regular expression. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type * as z from 'zod';
import { channel, digest, environmentName, pointerChannel, promptName } from '../../src/contract/values.ts';
import { validatePromptName } from '../../src/core/name.ts';

function refusals(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
}

describe('a value that is refused', () => {
  it('as the name of a prompt is told once, with the rule it breaks', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[A-Za-z0-9_./ -]{0,12}$/),
      fc.constantFrom('a b', 'Con', 'a.', 'ä', '', 'a//b', 'x'.repeat(201), 'a/'.repeat(9)),
    );
    fc.assert(
      fc.property(texts, text => {
        const why = validatePromptName(text);
        assert.deepEqual(refusals(promptName, text), why === undefined ? [] : [why]);
      }),
    );
  });
  it('is told what it may be, not which pattern it must match', () => {
    const schemas = { environmentName, channel, pointerChannel, digest, promptName };
    for (const [name, schema] of Object.entries(schemas)) {
      const [message = ''] = refusals(schema, 'Prodution 1');
      assert.match(message, /A–Z|a–z|hexadecimal/, name);
      assert.doesNotMatch(message, /pattern|[\\^]|invalid string/i, name);
    }
  });
});
