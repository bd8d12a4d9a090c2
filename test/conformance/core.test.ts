/** Every rule of Dotprompt's specification, held by `render` itself. */
import assert from 'node:assert/strict';
import { linkPartials } from '../../src/core/link.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { render } from '../../src/core/render.ts';
import { RULES } from './rules/all.ts';
import { expected } from './rules/rule.ts';

for (const [topic, rules] of Object.entries(RULES))
  describe(`Dotprompt: ${topic}`, () => {
    for (const rule of rules)
      it(rule.rule, async () => {
        const { source, input = {}, partials = {}, messages, context } = rule;
        const rendered = await render({
          source,
          input,
          partials: await linkPartials(parsePromptName('prompt'), source, async name => {
            const found = partials[name.slice(1)];
            return found === undefined ? undefined : { name, source: found, id: name };
          }),
          label: 'prompt',
          ...(messages && { messages }),
          ...(context && { context }),
        });
        assert.deepEqual(rendered.messages, expected(rule));
      });
  });
