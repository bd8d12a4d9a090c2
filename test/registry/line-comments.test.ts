import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { digestOf } from '../../src/core/digest.ts';
import type { Role } from '../../src/core/role.ts';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { QUOTAS } from '../../src/registry/quotas.ts';
import { aGovernedRegistry, type GovernedRegistry } from './a-governed-registry.ts';
import { type Answered, assertProblem, type Json } from './a-registry.ts';

const LIN = 'development author lin';
const ADA = 'staging author ada';

describe('comments at the lines of a version', () => {
  let governed: GovernedRegistry;
  beforeEach(async () => {
    governed = await aGovernedRegistry();
    for (const as of [LIN, ADA]) {
      const [environment = '', role, actor] = as.split(' ');
      await governed.registry.key(environment, role as Role, actor);
    }
  });
  afterEach(() => governed[Symbol.asyncDispose]());

  const path = '/v1/prompts/p/-/comments';
  const call = (method: string, rest: string, body: object | undefined, as: string, headers = {}) =>
    governed.registry.call(method, path + rest, body, { as, headers });
  const add = (version: number, line: number, text: string, as = LIN, headers = {}) =>
    call('POST', '', { version, line, text }, as, headers);
  const list = (query = '', as = LIN) => call('GET', query, undefined, as);
  const edit = ({ json }: Answered, text: string, as = LIN) => call('PUT', `/${json.id}`, { text }, as);
  const remove = ({ json }: Answered, as = LIN, headers = {}) =>
    call('DELETE', `/${json.id}`, undefined, as, headers);
  const resolve = (version: number, line: number, how = 'resolve', as = ADA) =>
    call('POST', `/${how}`, { version, line }, as);
  const told = async (query = '', as = LIN) =>
    (await list(query, as)).json.data.map(({ version, line, resolved, comments }: Json) => [
      `@${version}:${line}${resolved === null ? '' : ' resolved'}`,
      ...comments.map(({ actor, text }: Json) => `${actor}: ${text}`),
    ]);

  it('form a thread per line, with replies, resolving and reopening', async () => {
    const first = await add(2, 2, 'Too soft?');
    assert.equal(first.status, 201);
    assert.deepEqual(first.json, {
      ...{ id: first.json.id, prompt: 'p', version: 2, line: 2, promotion: null, actor: 'lin' },
      ...{ at: governed.hence(0), text: 'Too soft?', editedAt: null },
    });
    await add(2, 2, 'As agreed.', ADA);
    await add(2, 1, 'Fine.', ADA);
    const both = ['@2:2', 'lin: Too soft?', 'ada: As agreed.'];
    assert.deepEqual(await told('?version=2'), [['@2:1', 'ada: Fine.'], both]);
    assert.deepEqual(await told('?version=1'), []);
    const resolved = await resolve(2, 2);
    assert.deepEqual(resolved.json.resolved, { at: governed.hence(0), by: 'ada' });
    assert.deepEqual(await told('?state=open'), [['@2:1', 'ada: Fine.']]);
    assert.deepEqual(await told('?state=resolved'), [['@2:2 resolved', ...both.slice(1)]]);
    const before = (await governed.events()).length;
    assert.deepEqual((await resolve(2, 2)).json, resolved.json);
    assert.equal((await governed.events()).length, before);
    assert.equal((await resolve(2, 2, 'unresolve', LIN)).json.resolved, null);
    await resolve(2, 2);
    await add(2, 2, 'One more thing.');
    assert.deepEqual((await told('?version=2'))[1], [...both, 'lin: One more thing.']);
  });

  it('are events of the log that hold only the digests of their texts', async () => {
    const written = await add(3, 1, 'A secret draft');
    await edit(written, 'A better draft');
    await resolve(3, 1);
    await resolve(3, 1, 'unresolve');
    await remove(written);
    const events = (await governed.events()).slice(-5);
    assert.deepEqual(
      events.map(({ kind, prompt, version, data }) => [kind, prompt, version, data]),
      [
        ['comment.created', 'p', 3, { line: 1, digest: digestOf('A secret draft') }],
        ['comment.edited', 'p', 3, { comment: written.json.id, digest: digestOf('A better draft') }],
        ['comment.resolved', 'p', 3, { line: 1 }],
        ['comment.unresolved', 'p', 3, { line: 1 }],
        ['comment.deleted', 'p', 3, { comment: written.json.id }],
      ],
    );
    const { text } = await governed.registry.call('GET', '/v1/changes?limit=1000', undefined, { as: LIN });
    assert.ok(!text.includes('draft'));
    await verifyRegistry(governed.registry.store);
  });

  it('are edited only by their author, and deleted by their author or an admin', async () => {
    const written = await add(1, 1, 'Hm');
    assertProblem(await edit(written, 'Mine now', ADA), 403, 'role_too_low', /^Only lin, who wrote/);
    assertProblem(await edit(written, 'x', 'production admin'), 403, 'role_too_low');
    assertProblem(await remove(written, ADA), 403, 'role_too_low', /or an admin may delete it/);
    governed.clock.now += 1000;
    const edited = await edit(written, 'Hm, no', 'staging author lin');
    assert.deepEqual(edited.json, { ...written.json, text: 'Hm, no', editedAt: governed.hence(0) });
    const before = (await governed.events()).length;
    assert.deepEqual((await edit(written, 'Hm, no')).json, edited.json);
    assert.equal((await governed.events()).length, before);
    assert.deepEqual(await told(), [['@1:1', 'lin: Hm, no']]);
    assert.equal((await remove(written, 'production admin root')).status, 200);
    assert.deepEqual(await told(), []);
    for (const gone of [await edit(written, 'Back'), await remove(written)])
      assertProblem(gone, 404, 'comment_not_found', /or it was deleted/);
    assertProblem(await resolve(1, 1), 404, 'comment_not_found', /There are no comments on line 1 of p@1/);
  });

  it('are not found by the id of something else', async () => {
    await governed.registry.publish('other', 'One', null);
    const { json } = await governed.registry.call('POST', '/v1/prompts/other/-/comments', {
      ...{ version: 1, line: 1, text: 'There' },
    });
    for (const id of [json.id, '1', '0', '999999', 'x', `${json.id}.0`])
      assertProblem(await call('DELETE', `/${id}`, undefined, LIN), 404, 'comment_not_found');
  });

  it('are refused when empty, or when the line, version or prompt does not exist', async () => {
    const before = (await governed.events()).length;
    const wrong = await add(2, 3, 'x');
    assertProblem(wrong, 422, 'invalid_request', /version 2 has 2 lines/);
    assert.equal(wrong.json.fields[0].pointer, '/line');
    assertProblem(await add(2, 0, 'x'), 422, 'invalid_request');
    assertProblem(await add(9, 1, 'x'), 404, 'version_not_found');
    assertProblem(await list('?version=9'), 404, 'version_not_found');
    for (const blank of ['', ' \n', '\u200b\u3164', '\u2800'])
      assertProblem(await add(2, 1, blank), 422, 'invalid_request', /Enter a comment/);
    assertProblem(await add(2, 1, 'x'.repeat(4001)), 422, 'invalid_request');
    assertProblem(await add(2, 1, 'a\u0000'), 422, 'invalid_request');
    const nowhere = await governed.registry.call('GET', '/v1/prompts/nowhere/-/comments');
    assertProblem(nowhere, 404, 'prompt_not_found');
    assert.equal((await governed.events()).length, before);
  });

  it('are refused on an archived prompt, whose existing comments can be read and deleted', async () => {
    const written = await add(2, 1, 'Before');
    await governed.registry.call('POST', '/v1/prompts/p/-/archive', { reason: 'Old' });
    const before = (await governed.events()).length;
    for (const refused of [await add(2, 1, 'After'), await edit(written, 'After'), await resolve(2, 1)])
      assertProblem(refused, 409, 'prompt_archived', /^"p" is archived and takes no comments\. Restore it/);
    assert.equal((await governed.events()).length, before);
    assert.deepEqual(await told(), [['@2:1', 'lin: Before']]);
    assert.equal((await remove(written)).status, 200);
    await verifyRegistry(governed.registry.store);
  });

  it('are visible to those who may read the version, and never to readers', async () => {
    const author = 'production author zed';
    const { registry } = governed;
    await registry.publish('draft', 'One\nTwo', null);
    const of = (method: string, rest: string, body: object | undefined, as: string) =>
      registry.call(method, `/v1/prompts/draft/-/comments${rest}`, body, { as });
    const body = { version: 1, line: 1, text: 'Of a draft' };
    const { json } = await of('POST', '', body, LIN);
    for (const answered of [
      await of('GET', '?version=1', undefined, author),
      await of('POST', '', body, author),
      await of('POST', '/resolve', { version: 1, line: 1 }, author),
      await of('PUT', `/${json.id}`, { text: 'x' }, author),
      await of('DELETE', `/${json.id}`, undefined, author),
    ])
      assertProblem(answered, 403, 'version_not_released');
    assert.deepEqual((await of('GET', '', undefined, author)).json, { data: [], nextCursor: null });
    assert.equal((await of('GET', '', undefined, 'production approver')).json.data.length, 1);
    for (const [method, rest, sent] of [
      ['GET', '', undefined],
      ['POST', '', body],
      ['POST', '/resolve', { version: 1, line: 1 }],
      ['DELETE', `/${json.id}`, undefined],
    ] as const)
      assertProblem(await of(method, rest, sent, 'development reader'), 403, 'role_too_low');
    // What was stable in staging, an author of production reads.
    await add(1, 1, 'Of what was stable', author);
    assert.deepEqual(await told('', author), [['@1:1', 'zed: Of what was stable']]);
  });

  it('come in pages, newest version first, with none missed or repeated', async () => {
    for (const version of [1, 2, 4])
      for (const line of [2, 1]) await add(version, line, `${version}:${line}`);
    await resolve(2, 1);
    const all = ['@4:1', '@4:2', '@2:1 resolved', '@2:2', '@1:1', '@1:2'];
    for (const limit of [1, 2, 3, 4, 5, 6, 7]) {
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const after: string = cursor === null ? '' : `&cursor=${cursor}`;
        const { json }: Answered = await list(`?limit=${limit}${after}`);
        assert.ok(json.data.length <= limit);
        for (const { version, line, resolved } of json.data)
          found.push(`@${version}:${line}${resolved === null ? '' : ' resolved'}`);
        cursor = json.nextCursor;
      } while (cursor !== null);
      assert.deepEqual(found, all, `${limit}`);
    }
    const { json } = await list('?limit=1&version=4');
    assert.equal((await list(`?limit=1&version=4&cursor=${json.nextCursor}`)).json.data[0].line, 2);
    assertProblem(await list('?cursor=WyJ0aHJlYWRzIiwieCJd'), 422, 'invalid_request', /cursor/);
  });

  it('are written once, however often the request is repeated', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const once = await add(2, 1, 'Once', LIN, key);
    assert.deepEqual((await add(2, 1, 'Once', LIN, key)).json, once.json);
    assertProblem(await add(2, 1, 'Twice', LIN, key), 422, 'idempotency_key_reused');
    const third = { 'idempotency-key': randomUUID() };
    const change = () => call('PUT', `/${once.json.id}`, { text: 'Once, changed' }, LIN, third);
    const changed = await change();
    const other = { 'idempotency-key': randomUUID() };
    const removed = await remove(once, LIN, other);
    assert.deepEqual((await remove(once, LIN, other)).json, removed.json);
    assert.deepEqual([(await change()).status, (await change()).json], [200, changed.json]);
    assert.deepEqual(await told(), []);
  });

  it('are listed with review comments, on the side those refer to', async () => {
    await governed.approve(await governed.request(1, null), 'ada');
    const asked = await governed.request(2, 1);
    const review = `/v1/promotions/${asked.json.id}/comments`;
    const say = (text: string, place?: object) =>
      governed.registry.call('POST', review, { text, ...(place && { place }) }, { as: LIN });
    const left = await say('On the left', { side: 'from', line: 1 });
    await say('On the right', { side: 'to', line: 2 });
    const whole = await say('On the whole');
    await add(2, 2, 'Beside it', ADA);
    assert.deepEqual(await told(), [
      ['@2:2', 'lin: On the right', 'ada: Beside it'],
      ['@1:1', 'lin: On the left'],
    ]);
    const [{ comments }] = (await list('?version=1')).json.data;
    assert.equal(comments[0].promotion, asked.json.id);
    await resolve(1, 1);
    assert.deepEqual(await told('?version=1'), [['@1:1 resolved', 'lin: On the left']]);
    // Whoever wrote them edits and deletes them while the promotion waits.
    governed.clock.now += 1000;
    assertProblem(await edit(left, 'Not mine', ADA), 403, 'role_too_low');
    assert.equal((await edit(left, 'On the left side')).json.line, 1);
    assert.equal((await remove(whole)).json.line, null);
    const { json } = await governed.registry.call('GET', review);
    assert.deepEqual(
      json.data.map(({ text, editedAt }: Json) => [text, editedAt]),
      [
        ['On the left side', governed.hence(0)],
        ['On the right', undefined],
      ],
    );
    await governed.act('reject', asked, 'production approver ada');
    for (const refused of [await edit(left, 'Later'), await remove(left)])
      assertProblem(refused, 409, 'promotion_closed', /takes no more comments/);
    assert.deepEqual(await told('?version=1'), [['@1:1 resolved', 'lin: On the left side']]);
    await verifyRegistry(governed.registry.store);
  });

  it('are limited per version, and at the limit can still be resolved and deleted', async () => {
    const first = await add(3, 1, 'First');
    await governed.registry.store.write(async transaction => {
      const { addComment } = await import('../../src/registry/comments/write-comments.ts');
      const caller = { actor: 'lin', key: 'embedded', role: 'author', environment: 'development' } as never;
      for (let count = 1; count < QUOTAS.lineComments; count++)
        await addComment([transaction, governed.registry.store.now, caller], 'p' as never, {
          ...{ version: 3 as never, line: 1, text: `${count}` },
        });
    });
    const full = /Version 3 of "p" has 500 comments and changes to comments, the maximum/;
    assertProblem(await add(3, 2, 'x'), 422, 'invalid_request', full);
    assertProblem(await edit(first, 'x'), 422, 'invalid_request', full);
    assert.equal((await resolve(3, 1)).status, 200);
    assert.equal((await remove(first)).status, 200);
    assert.equal((await add(4, 1, 'Elsewhere')).status, 201);
    const { json } = await list();
    assert.deepEqual(
      json.data.map(({ version, comments }: Json) => [version, comments.length]),
      [
        [4, 1],
        [3, QUOTAS.lineComments - 1],
      ],
    );
  });

  it('in reviews are limited per side of a version, across all promotions', async () => {
    const { registry } = governed;
    await governed.approve(await governed.request(1, null), 'ada');
    const first = await governed.request(2, 1);
    const second = await governed.request(2, null, { channel: 'canary' });
    const { comment } = await import('../../src/registry/promotions/comments.ts');
    const caller = { actor: 'lin', key: 'embedded', role: 'author', environment: 'development' } as never;
    const to = { side: 'to', line: 1 } as const;
    await registry.store.write(async transaction => {
      for (let count = 0; count < QUOTAS.lineComments; count++) {
        const { id } = (count % 2 === 0 ? first : second).json;
        await comment(transaction, registry.store.now, caller, id, { text: `${count}`, place: to });
      }
    });
    const say = ({ json }: Answered, body: object) =>
      registry.call('POST', `/v1/promotions/${json.id}/comments`, body, { as: LIN });
    const full = /Reviews have 500 comments at the lines of version 2 of "p", the maximum/;
    for (const asked of [first, second])
      assertProblem(await say(asked, { text: 'x', place: to }), 422, 'invalid_request', full);
    assert.equal((await say(first, { text: 'x' })).status, 201);
    assert.equal((await say(first, { text: 'x', place: { side: 'from', line: 1 } })).status, 201);
    assert.equal((await add(2, 1, 'Of the version')).status, 201);
    const { json } = await list('?version=2');
    assert.equal(json.data[0].comments.length, QUOTAS.lineComments + 1);
  });
  it('are not shown at a version outside their review, even if the tables say so', async () => {
    const { registry } = governed;
    await governed.approve(await governed.request(1, null), 'ada');
    const asked = await governed.request(2, 1);
    const place = { side: 'from', line: 1 };
    const path = `/v1/promotions/${asked.json.id}/comments`;
    await registry.call('POST', path, { text: 'Before', place }, { as: LIN });
    assert.deepEqual(await told('?version=1'), [['@1:1', 'lin: Before']]);
    await registry.store.write(transaction =>
      transaction
        .updateTable('promotions')
        .set({ from_version: 4 as never })
        .where('id', '=', Number(asked.json.id))
        .execute(),
    );
    assertProblem(await list('?version=4'), 503, 'log_broken');
  });
});
