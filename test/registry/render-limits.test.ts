/** What a rendering may take is the same over HTTP as everywhere, and the answer says which limit and where. */
import assert from 'node:assert/strict';
import { aRegistry } from './a-registry.ts';

describe('rendering over HTTP', () => {
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const cases: Record<string, [source: string, input: object, limit: RegExp]> = {
    'too many steps': [
      '{{#each xs}}{{#each ../xs}}{{#each ../../xs}}{{/each}}{{/each}}{{/each}}x',
      { xs: numbers },
      /^hog@1:1:28: Rendering takes more than 1,000,000 steps/,
    ],
    'too many characters': [
      '{{#each xs}}{{../big}}{{/each}}',
      { xs: numbers, big: 'x'.repeat(20_000) },
      /^hog@1:1:13: The rendered text grows over 4,194,304 characters/,
    ],
  };
  for (const [what, [source, input, limit]] of Object.entries(cases))
    it(`refuses ${what}, and keeps working`, async () => {
      await using registry = await aRegistry();
      await registry.publish('hog', source, null);
      const refused = await registry.call('POST', '/v1/prompts/hog/-/render', { input, version: 1 });
      assert.equal(refused.status, 422);
      assert.equal(refused.json.code, 'too_expensive');
      assert.match(refused.json.detail, limit);
      assert.equal(refused.json.issues.length, 1);
      const { status } = await registry.call('POST', '/v1/prompts/hog/-/render', {
        input: { xs: [] },
        version: 1,
      });
      assert.equal(status, 200);
    });
});
