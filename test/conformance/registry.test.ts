/** Every rule again over HTTP: published with its partials, then rendered by the registry. */
import assert from 'node:assert/strict';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { RULES } from './rules/all.ts';
import { expected } from './rules/rule.ts';

describe('Dotprompt over HTTP', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
  });
  after(() => registry[Symbol.asyncDispose]());

  for (const [number, [topic, rules]] of Object.entries(Object.entries(RULES)))
    it(`${topic} has its ${rules.length} rules`, async () => {
      for (const [at, rule] of rules.entries()) {
        const { source, input, messages, context, partials = {} } = rule;
        const folder = `topic-${number}/rule-${at}`;
        // A partial that uses another comes before it in a template's reading order, and after it in time.
        for (const [name, text] of Object.entries(partials).reverse())
          await registry.publish(`${folder}/_${name}`, text, null);
        await registry.publish(`${folder}/prompt`, source, null);
        const { status, json } = await registry.call(
          'POST',
          `/v1/prompts/${folder}/prompt/-/render`,
          { input, messages, context, version: 1 },
          { headers: { accept: 'application/json' } },
        );
        assert.equal(status, 200, `${rule.rule}: ${JSON.stringify(json)}`);
        assert.deepEqual(json.messages, expected(rule), rule.rule);
      }
    });
});
