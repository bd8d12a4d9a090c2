/** What nobody can see is nothing: as a reason, a comment, a message and the name of an actor. */
import assert from 'node:assert/strict';
import { HIDDEN_CHARACTERS, INKLESS_CHARACTERS } from '../hostile-text.ts';
import { aGovernedRegistry, type GovernedRegistry } from './a-governed-registry.ts';
import { assertProblem } from './a-registry.ts';

// U+0000 is refused by a rule of its own.
const { null: _, ...hidden } = HIDDEN_CHARACTERS;
const BLANKS = {
  ...hidden,
  ...INKLESS_CHARACTERS,
  space: ' ',
  'several of them': ' \u200b\u00a0\n\u3164\u2800 ',
};

describe('a text without visible characters', () => {
  let governed: GovernedRegistry;
  before(async () => {
    governed = await aGovernedRegistry();
  });
  after(() => governed[Symbol.asyncDispose]());

  for (const [name, blank] of Object.entries(BLANKS))
    it(`is neither a reason nor a comment: ${name}`, async () => {
      const { registry, request } = governed;
      assertProblem(await request(1, null, { reason: blank }), 422, 'invalid_request', /Enter a reason/);
      const asked = await request(1, null);
      const comments = `/v1/promotions/${asked.json.id}/comments`;
      const refused = await registry.call('POST', comments, { text: blank });
      assertProblem(refused, 422, 'invalid_request', /Enter a comment/);
    });

  it('is stored as empty where text is optional', async () => {
    const { registry, request, act, events } = governed;
    const asked = await request(1, null);
    const { json } = await act('reject', asked, 'production approver ada', ' \u200b\u2800');
    assert.equal(json.closed.comment, '');
    const published = { source: 'x', message: '\u3164\n', base: null };
    const { json: version } = await registry.call('POST', '/v1/prompts/blank/-/versions', published);
    assert.equal(version.message, '');
    await registry.call('POST', '/v1/prompts/blank/-/archive', { reason: '\u2060' });
    assert.equal((await events()).at(-1).data.reason, '');
  });

  it("is not an actor's name, nor may a name contain invisible characters", async () => {
    const { registry } = governed;
    const make = (actor: string) =>
      registry.call('POST', '/v1/keys', { environment: 'development', role: 'reader', actor });
    for (const blank of Object.values(BLANKS)) {
      assertProblem(await make(blank), 422, 'invalid_request', /An actor needs a name/);
      // Spaces part the words of a name.
      const within = await make(`an${blank}a`);
      if (/^[\p{Zs}]+$/u.test(blank)) assert.equal(within.status, 201);
      else assertProblem(within, 422, 'invalid_request', /cannot contain control, line-break or invisible/);
    }
  });
});
