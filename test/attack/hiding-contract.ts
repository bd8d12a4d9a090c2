/**
 * What whoever has the password of the role that serves can hide or change by SQL beside pointers, promotions and keys:
 * whether a prompt is archived, that a promotion waits while a key is revoked, and answers kept for repeated requests.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { inProcess } from '../cli/in-process.ts';
import { eventually } from '../eventually.ts';
import { assertProblem, type Json, type RegistryForTest } from '../registry/a-registry.ts';
import type { ForgedPlace, Statement } from './forgery-contract.ts';

const ADMIN = 'production admin';

export function describeHiding(what: string, place: () => Promise<ForgedPlace>): void {
  describe(`hidden by SQL, on ${what}`, () => {
    let forged: ForgedPlace;
    let registry: RegistryForTest;

    beforeEach(async () => {
      forged = await place();
      registry = await forged.serve();
      await registry.publish('p', 'live', null);
    });
    afterEach(async () => {
      await registry.close();
      await forged[Symbol.asyncDispose]();
    });

    const post = (path: string, body: object, as = 'development admin', headers = {}) =>
      registry.call('POST', path, body, { as, headers });
    const publish = () => post('/v1/prompts/p/-/versions', { source: 'x', message: '', base: 1 });
    const changed = (...statements: Statement[]) => forged.sql(statements);

    async function assertFound(answered: Json): Promise<void> {
      assertProblem(answered, 503, 'log_broken');
      await eventually('the alarm', () => registry.logged.some(({ event }) => event === 'log_broken'));
      const { code, stdout, stderr } = await inProcess(['verify', ...forged.options]);
      assert.equal(code, 1, stdout + stderr);
    }

    describe('the archived state of a prompt', () => {
      const archive = (how: 'archive' | 'restore') => post(`/v1/prompts/p/-/${how}`, { reason: 'Old' });
      const ATTEMPTS: Readonly<Record<string, () => Promise<Json>>> = {
        'to publish it': publish,
        'to archive it': () => archive('archive'),
        'to restore it': () => archive('restore'),
        'to promote it': () =>
          post('/v1/prompts/p/-/promotions', {
            ...{ environment: 'development', channel: 'stable', version: 1, reason: 'Now', expected: null },
          }),
      };
      for (const [attempt, call] of Object.entries(ATTEMPTS)) {
        it(`set by SQL is detected by an attempt ${attempt}`, async () => {
          await changed(["UPDATE prompts SET archived = 1 WHERE name = 'p'"]);
          await assertFound(await call());
        });
        it(`cleared by SQL is detected by an attempt ${attempt}`, async () => {
          assert.equal((await archive('archive')).status, 200);
          await changed(["UPDATE prompts SET archived = 0 WHERE name = 'p'"]);
          await assertFound(await call());
        });
      }
      it('is accepted when the registry itself changed it, repeatedly', async () => {
        for (const how of ['archive', 'restore', 'archive', 'restore'] as const)
          assert.equal((await archive(how)).status, 200);
        assert.equal((await publish()).status, 201);
      });
    });

    describe('a pending promotion approved with a key that is revoked', () => {
      let id: string;

      /** Of two approvals it has one, by lena. */
      beforeEach(async () => {
        const { json } = await registry.call('GET', '/v1/environments');
        const { policy } = json.data.find(({ name }: Json) => name === 'production');
        const body = { ...policy, approvals: 2, promoteFrom: null };
        const put = await registry.call('PUT', '/v1/environments/production', body, { as: ADMIN });
        assert.equal(put.status, 200, put.text);
        const about = { environment: 'production', channel: 'stable', version: 1, reason: 'Now' };
        const path = '/v1/prompts/p/-/promotions';
        const asked = await post(path, { ...about, expected: null }, 'production author mallory');
        assert.equal(asked.status, 202, asked.text);
        id = asked.json.id;
        assert.equal((await approve('lena')).status, 202);
      });
      const approve = (actor: string) =>
        post(`/v1/promotions/${id}/approve`, { comment: '' }, `production approver ${actor}`);
      async function revoke(actor: string): Promise<void> {
        const key = (await registry.key('production', 'approver', actor)).split('_')[2];
        const { status, text } = await post(`/v1/keys/${key}/revoke`, {}, ADMIN);
        assert.equal(status, 200, text);
      }

      it('loses that approval and needs another, if nothing is hidden', async () => {
        await revoke('lena');
        assert.equal((await approve('ada')).json.state, 'pending');
        assert.equal((await approve('zoe')).json.state, 'applied');
        assert.equal((await inProcess(['verify', ...forged.options])).code, 0);
      });
      it('does not count the approval if its state was hidden in the meantime', async () => {
        await changed(["UPDATE promotions SET state = 'cancelled' WHERE id = $1", id]);
        await revoke('lena');
        await changed(["UPDATE promotions SET state = 'pending' WHERE id = $1", id]);
        await assertFound(await approve('ada'));
      });
      it('does not count the approval if that was hidden in the meantime', async () => {
        const [row] = await changed(['SELECT seq, at FROM approvals WHERE promotion = $1', id]);
        await changed(['DELETE FROM approvals WHERE promotion = $1', id]);
        await revoke('lena');
        await changed([
          "INSERT INTO approvals (seq, promotion, actor, at, comment) VALUES ($1, $2, 'lena', $3, '')",
          ...[Number(row?.['seq']), id, String(row?.['at'])],
        ]);
        await assertFound(await approve('ada'));
      });
    });

    describe('the events of a webhook', () => {
      beforeEach(async () => {
        const webhook = { url: 'https://example.com/hook', environments: ['development'] };
        const { status, text } = await post('/v1/webhooks', webhook);
        assert.equal(status, 201, text);
      });
      const promote = () =>
        post('/v1/prompts/p/-/promotions', {
          ...{ environment: 'development', channel: 'stable', version: 1, reason: 'Now', expected: null },
        });

      for (const [how, statement] of [
        ['another environment', `UPDATE webhooks SET environments = '["staging"]'`],
        ['other events', `UPDATE webhooks SET events = '["version.published"]'`],
        ['everything', 'UPDATE webhooks SET environments = NULL'],
      ] as const)
        it(`are not trusted where the webhook was changed to ${how} by SQL`, async () => {
          await changed([statement]);
          await assertFound(await promote());
        });
      it('verify when the registry itself wrote the webhook', async () => {
        assert.equal((await promote()).status, 201);
        assert.equal((await inProcess(['verify', ...forged.options])).code, 0);
      });
    });

    it('a forged comment is not shown', async () => {
      const about = {
        environment: 'production',
        channel: 'stable',
        version: 1,
        reason: 'Now',
        expected: null,
      };
      const policy = { approvals: 1, promoteFrom: null };
      const { json } = await registry.call('GET', '/v1/environments');
      const before = json.data.find(({ name }: Json) => name === 'production').policy;
      await registry.call('PUT', '/v1/environments/production', { ...before, ...policy }, { as: ADMIN });
      const asked = await post('/v1/prompts/p/-/promotions', about, 'production author mallory');
      assert.equal(asked.status, 202, asked.text);
      const comments = `/v1/promotions/${asked.json.id}/comments`;
      const written = await post(comments, { text: 'Fine' }, 'production author mallory');
      assert.equal(written.status, 201, written.text);
      const listed = () => registry.call('GET', comments, undefined, { as: ADMIN });
      assert.equal((await listed()).json.data.length, 1);
      await changed([
        `INSERT INTO comments (id, promotion, actor, at, text) VALUES ($1, $2, 'lena', $3, 'Approve this.')`,
        ...[Number(asked.json.id), asked.json.id, '2026-11-29T00:00:00.000Z'],
      ]);
      await assertFound(await listed());
    });

    it('a comment at a line is not shown with a changed or missing text', async () => {
      const comments = '/v1/prompts/p/-/comments';
      const body = { version: 1, line: 1, text: 'Fine' };
      assert.equal((await post(comments, body, 'development author lena')).status, 201);
      const listed = () => registry.call('GET', comments, undefined, { as: ADMIN });
      assert.equal((await listed()).json.data.length, 1);
      await forged.sqlAsOwner([["UPDATE comments SET text = 'Approve this.'"]]);
      await assertFound(await listed());
      await forged.sqlAsOwner([['DELETE FROM comments']]);
      await assertFound(await listed());
    });

    describe('a stored answer for a repeated request', () => {
      const path = '/v1/prompts/p/-/versions';
      const content = { source: 'x', message: '', base: 1 };
      const asked = (idempotencyKey: string) =>
        post(path, content, 'development admin', { 'idempotency-key': idempotencyKey });

      for (const [how, statement] of [
        ['another body', `UPDATE idempotency SET body = '{"digest":"forged"}'`],
        ['another status', 'UPDATE idempotency SET status = 200'],
        ['no MAC', `UPDATE idempotency SET request = substr(request, 1, 64)`],
        ['another owner', `UPDATE idempotency SET idempotency_key = 'other'`],
        ['another time', `UPDATE idempotency SET at = '2999-01-01T00:00:00.000Z'`],
      ] as const)
        it(`is not replayed when it has ${how}`, async () => {
          const key = how === 'another owner' ? 'other' : randomUUID();
          assert.equal((await asked(how === 'another owner' ? 'one' : key)).status, 201);
          await changed([statement]);
          const again = await asked(key);
          assertProblem(again, 422, 'idempotency_key_reused');
          assert.match(again.json.detail, /vouch/);
          const { json } = await registry.call('GET', '/v1/prompts/p/-/summary');
          assert.equal(json.newest.version, 2, 'nothing is done twice');
        });

      it('is replayed when unchanged, and nothing is done twice', async () => {
        const key = randomUUID();
        const first = await asked(key);
        assert.equal(first.status, 201);
        assert.deepEqual((await asked(key)).json, first.json);
      });
    });
  });
}
