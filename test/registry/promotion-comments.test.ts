import assert from 'node:assert/strict';
import { aGovernedRegistry, type GovernedRegistry } from './a-governed-registry.ts';
import { type Answered, assertProblem } from './a-registry.ts';

describe('comments on a promotion', () => {
  let governed: GovernedRegistry;
  beforeEach(async () => {
    governed = await aGovernedRegistry();
  });
  afterEach(() => governed[Symbol.asyncDispose]());
  const comment = (of: Answered, body: object, as = 'development author lin') =>
    governed.registry.call('POST', `/v1/promotions/${of.json.id}/comments`, body, { as });

  it('stand at the whole or at a line of one side, oldest first, page by page', async () => {
    const { registry, request, approve, events, hence } = governed;
    await approve(await request(1, null), 'ada');
    const asked = await request(2, 1);
    const first = await comment(asked, { text: 'Why?' });
    assert.equal(first.status, 201);
    const { id, ...rest } = first.json;
    assert.deepEqual(rest, {
      promotion: asked.json.id,
      actor: 'lin',
      at: hence(0),
      text: 'Why?',
      place: null,
    });
    const place = { side: 'to', line: 2 };
    const second = await comment(asked, { text: 'This line', place }, 'production approver ada');
    assert.deepEqual(second.json.place, place);
    const path = `/v1/promotions/${asked.json.id}/comments`;
    const { json: page } = await registry.call('GET', `${path}?limit=1`);
    assert.deepEqual(page.data, [first.json]);
    const { json: rest2 } = await registry.call('GET', `${path}?limit=1&cursor=${page.nextCursor}`);
    assert.deepEqual(rest2, { data: [second.json], nextCursor: null });
    assert.deepEqual((await events()).at(-1).data, { promotion: asked.json.id, text: 'This line', place });
    assertProblem(await registry.call('GET', '/v1/promotions/999/comments'), 404, 'promotion_not_found');
    assert.equal(id, String((await events()).at(-2).seq));
  });
  it('change nothing of the promotion, and may follow its end', async () => {
    const { request, act, again } = governed;
    const asked = await request(1, null);
    await act('reject', asked, 'production approver ada');
    const before = await again(asked);
    assert.equal((await comment(asked, { text: 'See the new one' })).status, 201);
    assert.deepEqual(await again(asked), before);
  });
  it('cannot stand where there is no line', async () => {
    const { request } = governed;
    const asked = await request(1, null);
    const wrong: [object, string][] = [
      [{ side: 'to', line: 3 }, '/place/line'],
      [{ side: 'to', line: 0 }, '/place/line'],
      [{ side: 'from', line: 1 }, '/place/side'],
      [{ side: 'left', line: 1 }, '/place/side'],
    ];
    for (const [place, pointer] of wrong) {
      const refused = await comment(asked, { text: 'x', place });
      assertProblem(refused, 422, 'invalid_request');
      assert.equal(refused.json.fields[0].pointer, pointer);
    }
    assertProblem(await comment(asked, { text: '' }), 422, 'invalid_request', /Write something/);
    assertProblem(await comment(asked, { text: 'x' }, 'production reader'), 403, 'role_too_low');
  });
});
