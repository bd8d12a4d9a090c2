import assert from 'node:assert/strict';
import { digestOf } from '../../src/core/digest.ts';
import { readRecord } from '../../src/registry/promotions/read.ts';
import { proceed } from '../../src/registry/promotions/record.ts';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
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

  it('refer to the whole promotion or a line of one side, oldest first, in pages', async () => {
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
    const told = { promotion: asked.json.id, place, digest: digestOf('This line') };
    assert.deepEqual((await events()).at(-1).data, told);
    assertProblem(await registry.call('GET', '/v1/promotions/999/comments'), 404, 'promotion_not_found');
    assert.equal(id, String((await events()).at(-2).seq));
  });
  it('at lines of a draft are visible only to those who may read it, also after an edit', async () => {
    const { registry } = governed;
    await registry.publish('draft', 'One\nTwo', null);
    const about = { environment: 'production', channel: 'canary', version: 1, reason: 'Try', expected: null };
    await governed.policy({ promoteFrom: null });
    const asked = await registry.call('POST', '/v1/prompts/draft/-/promotions', about, {
      as: 'production author rae',
    });
    assert.equal(asked.status, 202, asked.text);
    const place = { side: 'to', line: 1 };
    const lin = { as: 'development author lin' };
    const atLine = await comment(asked, { text: 'Here', place });
    assert.equal((await comment(asked, { text: 'On the whole' })).status, 201);
    const edit = `/v1/prompts/draft/-/comments/${atLine.json.id}`;
    assert.equal((await registry.call('PUT', edit, { text: '"One" is wrong' }, lin)).status, 200);
    const told = async (as: string) => {
      const { json } = await registry.call('GET', `/v1/promotions/${asked.json.id}/comments`, undefined, {
        as,
      });
      return json.data.map(({ text }: { text: string }) => text);
    };
    assert.deepEqual(await told('development author lin'), ['"One" is wrong', 'On the whole']);
    assert.deepEqual(await told('production approver ada'), ['"One" is wrong', 'On the whole']);
    assert.deepEqual(await told('production author rae'), ['On the whole']);
    const log = await registry.call('GET', '/v1/changes', undefined, { as: 'production author rae' });
    assert.match(log.text, /On the whole/);
    assert.doesNotMatch(log.text, /Here|is wrong/);
  });
  it('at a line are read and verified even if an older release wrote their text into the log', async () => {
    const { registry, request } = governed;
    const asked = await request(1, null);
    const { store } = registry;
    const [place, text] = [{ side: 'to', line: 1 } as const, 'Of before'];
    await store.write(async transaction => {
      const promotion = await readRecord(transaction, asked.json.id);
      const step = { kind: 'promotion.commented', data: { text, place }, text } as const;
      await proceed(transaction, store.now, { actor: 'lin', key: 'pf_x' }, promotion, step);
    });
    const { json } = await registry.call('GET', `/v1/promotions/${asked.json.id}/comments`);
    assert.deepEqual(
      json.data.map((each: { text: string }) => each.text),
      [text],
    );
    const { prompt } = asked.json;
    const threads = await registry.call('GET', `/v1/prompts/${prompt}/-/comments`);
    assert.equal(threads.json.data[0].comments[0].text, text);
    await verifyRegistry(store);
  });
  it('are refused while the prompt is archived, on the whole promotion and at a line', async () => {
    const { registry, request, events } = governed;
    const asked = await request(1, null);
    await registry.call('POST', '/v1/prompts/p/-/archive', { reason: 'Old' });
    const comments = async () => (await events()).filter(({ kind }) => kind === 'promotion.commented');
    for (const place of [null, { side: 'to', line: 1 }])
      assertProblem(
        await comment(asked, { text: 'Why?', place }),
        409,
        'prompt_archived',
        /takes no comments/,
      );
    assert.equal((await comments()).length, 0);
    await registry.call('POST', '/v1/prompts/p/-/restore');
    assert.equal((await comment(asked, { text: 'Why?' })).status, 201);
  });
  it('do not change the promotion', async () => {
    const { request, again } = governed;
    const asked = await request(1, null);
    const before = await again(asked);
    assert.equal((await comment(asked, { text: 'Why?' })).status, 201);
    assert.deepEqual(await again(asked), before);
  });
  for (const [ended, end] of [
    ['rejected', (asked: Answered) => governed.act('reject', asked, 'production approver ada')],
    ['canceled', (asked: Answered) => governed.act('cancel', asked, 'production author rae')],
    ['applied', (asked: Answered) => governed.approve(asked, 'ada')],
    ['superseded', () => governed.request(2, null)],
  ] as const)
    it(`are refused once it is ${ended}, and existing ones are kept`, async () => {
      const { registry, request, events } = governed;
      const asked = await request(1, null);
      const { json: kept } = await comment(asked, { text: 'Before' });
      await end(asked);
      const before = (await events()).length;
      assertProblem(
        await comment(asked, { text: 'After' }),
        409,
        'promotion_closed',
        new RegExp(`^This promotion was ${ended}.* takes no more comments`),
      );
      assert.equal((await events()).length, before);
      const { json } = await registry.call('GET', `/v1/promotions/${asked.json.id}/comments`);
      assert.deepEqual(json.data, [kept]);
    });
  it('come before the end of a promotion or are refused, whoever is faster', async () => {
    const { request, approve, events } = governed;
    let from: number | null = null;
    for (const version of [1, 2, 3]) {
      const asked = await request(version, from);
      const [, ...said] = await Promise.all([
        approve(asked, 'ada'),
        ...[1, 2, 3].map(n => comment(asked, { text: `${n}` })),
      ]);
      assert.ok(said.every(({ status }) => status === 201 || status === 409));
      const kinds = (await events()).filter(event => event.data.promotion === asked.json.id);
      assert.equal(kinds.at(-1).kind, 'promotion.applied');
      from = version;
    }
  });
  it('are refused at a line that does not exist', async () => {
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
    assertProblem(await comment(asked, { text: '' }), 422, 'invalid_request', /Enter a comment/);
    assertProblem(await comment(asked, { text: 'x' }, 'production reader'), 403, 'role_too_low');
  });
});
