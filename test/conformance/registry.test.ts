/** Every rule again over HTTP: published with its partials, then rendered by the registry. */
import assert from 'node:assert/strict';
import { renderPrompt } from '../../src/sdk/render.ts';
import type { Message, Prompt } from '../../src/sdk/types.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { RULES } from './rules/all.ts';
import { expected } from './rules/rule.ts';

describe('Dotprompt over HTTP', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
  });
  after(() => registry[Symbol.asyncDispose]());

  async function delivered(name: string): Promise<Prompt> {
    const { json } = await registry.call('GET', `/v1/prompts/${name}?version=1`, undefined, {
      headers: { accept: 'application/json' },
    });
    return { ...json, text: json.template, age: 0, source: 'network' };
  }

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
        // What applications render by themselves is the same to the byte.
        const rendered = renderPrompt(await delivered(`${folder}/prompt`), input, {
          messages: messages as readonly Message[],
          context,
        });
        assert.equal(JSON.stringify(rendered.messages), JSON.stringify(json.messages), rule.rule);
      }
    });
});
