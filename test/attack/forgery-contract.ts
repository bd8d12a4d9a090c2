/**
 * What whoever has the password of the role that serves can do by SQL: insert rows, and change those that follow from
 * the log, as docs/postgres.md grants it. Nothing of it is served or continued, before and after a restart.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chainEvent } from '../../src/core/event.ts';
import { inProcess } from '../cli/in-process.ts';
import { eventually } from '../eventually.ts';
import { ask, assertProblem, type Json, type RegistryForTest } from '../registry/a-registry.ts';

type Value = string | number | null;
export type Statement = readonly [text: string, ...parameters: readonly Value[]];

export interface ForgedPlace extends AsyncDisposable {
  /** Serves it as the command does, with a signer that looks all the time. @throws as that does */
  serve(): Promise<RegistryForTest>;
  /** As the role that serves, one transaction; parameters are `$1`. */
  sql(statements: readonly Statement[]): Promise<readonly Record<string, unknown>[]>;
  /** By whom the tables belong to: what the server itself may not do. */
  sqlAsOwner(statements: readonly Statement[]): Promise<readonly Record<string, unknown>[]>;
  /** Names it, and its key, to the command. */
  readonly options: readonly string[];
}

const READER = { as: 'production reader' };
const AT = '2026-11-29T00:00:00.000Z';

export function describeForgery(what: string, place: () => Promise<ForgedPlace>): void {
  describe(`forged by SQL, on ${what}`, () => {
    let forged: ForgedPlace;
    let registry: RegistryForTest;
    /** The promotion that put version 1 where it is. */
    let applied: number;
    /** The request for version 2, which nobody approved. */
    let requested: number;

    /** Version 1 is live in production; 2 is a draft that mallory asked for. */
    beforeEach(async () => {
      forged = await place();
      registry = await forged.serve();
      await registry.publish('p', 'live', null);
      for (const environment of ['development', 'staging']) await registry.promote('p', 1, environment);
      applied = (await promoted(1, null)).id;
      await approve(applied);
      await registry.publish('p', 'draft', 1);
      await registry.promote('p', 2, 'staging');
      requested = (await promoted(2, 1)).id;
      assert.equal((await delivered()).text, 'live');
    });
    afterEach(async () => {
      await registry.close();
      await forged[Symbol.asyncDispose]();
    });

    const post = (path: string, body: object, as: string) => registry.call('POST', path, body, { as });
    const delivered = (query = '', as = READER.as) =>
      registry.call('GET', `/v1/prompts/p${query}`, undefined, { as });
    async function promoted(version: number, expected: number | null): Promise<{ id: number }> {
      const about = { environment: 'production', channel: 'stable', version, reason: 'Now', expected };
      const { status, json } = await post('/v1/prompts/p/-/promotions', about, 'production author mallory');
      assert.equal(status, 202, JSON.stringify(json));
      return { id: Number(json.id) };
    }
    async function approve(id: number): Promise<Json> {
      const path = `/v1/promotions/${id}/approve`;
      return post(path, { comment: '' }, 'production approver lena');
    }

    /** The rows of events that continue the log, chained as anybody can. */
    async function appended(...events: readonly object[]): Promise<Statement[]> {
      const [head] = await forged.sql([['SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1']]);
      let last = head as never as { seq: number; hash: never };
      last = { ...last, seq: Number(last.seq) };
      const [known] = await forged.sql([['SELECT mac FROM events ORDER BY seq DESC LIMIT 1']]);
      return events.map(event => {
        const made: Json = chainEvent(event as never, last, AT_LATEST());
        last = made;
        return [
          'INSERT INTO events (seq, at, actor, key, kind, prompt, version, environment, channel, data, previous_hash, hash, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)',
          ...[made.seq, made.at, made.actor, made.key, made.kind, made.prompt ?? null, made.version ?? null],
          ...[made.environment ?? null, made.channel ?? null, JSON.stringify(made.data)],
          ...[made.previousHash, made.hash, String(known?.['mac'])],
        ] as Statement;
      });
    }
    const AT_LATEST = () => new Date(Date.now() + 1).toISOString();
    const nextSeq = async () =>
      Number((await forged.sql([['SELECT max(seq) + 1 AS seq FROM events']]))[0]?.['seq']);

    /** One person's request and another's approval, and where they lead. */
    async function fourEyes(): Promise<Statement[]> {
      const seq = await nextSeq();
      const about = { prompt: 'p', version: 2, environment: 'production', channel: 'stable' };
      const data = { promotion: String(seq), from: 1, reason: 'Forged', rollback: false };
      const lena = { actor: 'lena', key: 'command-line' };
      return [
        ...(await appended(
          { actor: 'mara', key: 'command-line', kind: 'promotion.requested', ...about, data },
          { ...lena, kind: 'promotion.approved', ...about, data: { promotion: String(seq), comment: '' } },
          { ...lena, kind: 'promotion.applied', ...about, data },
        )),
        [
          `INSERT INTO promotions (id, prompt, environment, channel, version, from_version, rollback, reason, state, requested_by, requested_at, applied_at, applied_seq)
            VALUES ($1, 'p', 'production', 'stable', 2, 1, 0, 'Forged', 'applied', 'mara', $2, $3, $4)`,
          ...[seq, AT, AT, seq + 2],
        ],
        [
          `INSERT INTO approvals (seq, promotion, actor, at, comment) VALUES ($1, $2, 'lena', $3, '')`,
          ...[seq + 1, seq, AT],
        ],
        ['UPDATE pointers SET version = 2, promotion = $1 WHERE environment = $2', seq, 'production'],
      ];
    }

    /** Has a process forget what it delivered, as when it starts. */
    async function restarted(): Promise<void> {
      await registry.close();
      registry = await forged.serve();
    }

    /** Returns whether it is refused when it is to be served again. */
    async function isRefused(): Promise<boolean> {
      try {
        registry = await forged.serve();
        return false;
      } catch (error) {
        assert.match(String(error), /log is broken/);
        return true;
      }
    }

    async function assertAlarmed(): Promise<void> {
      await eventually('the alarm', () => registry.logged.some(({ event }) => event === 'log_broken'));
      const content = { source: 'x', message: '', base: null };
      assertProblem(await post('/v1/prompts/q/-/versions', content, 'development admin'), 503, 'log_broken');
      assertProblem(await ask(registry.url, 'GET', '/readyz'), 503, 'log_broken');
    }

    async function assertVerifyFails(): Promise<void> {
      const { code, stdout, stderr } = await inProcess(['verify', ...forged.options]);
      assert.equal(code, 1, stdout + stderr);
    }

    it('the log is served, verified and administered while nothing is forged', async () => {
      assert.equal((await approve(requested)).status, 200);
      assert.equal((await delivered()).text, 'draft');
      const verified = await inProcess(['verify', ...forged.options]);
      assert.equal(verified.code, 0, verified.stderr);
      assert.match(verified.stdout, /Every event from \d+ on carries a MAC/);
      const given = ['--environment', 'development', '--role', 'reader', '--actor', 'app'];
      const created = await inProcess(['keys', 'create', ...given, ...forged.options]);
      assert.equal(created.code, 0, created.stderr);
      const headers = { authorization: `Bearer ${created.stdout.trim()}` };
      assert.equal((await ask(registry.url, 'GET', '/v1/prompts/p', undefined, headers)).text, 'live');
      await restarted();
      assert.equal((await delivered()).text, 'draft');
    });

    describe('an event', () => {
      const EVENTS: Readonly<Record<string, () => Promise<Statement[]>>> = {
        'one person’s request with another’s approval': fourEyes,
        'a policy without approvals': async () => {
          const [row] = await forged.sql([["SELECT policy FROM environments WHERE name = 'production'"]]);
          const policy = { ...JSON.parse(String(row?.['policy'])), approvals: 0, pins: 'any' };
          const event = { kind: 'environment.set', environment: 'production', data: { position: 2, policy } };
          return [
            ...(await appended({ actor: 'mara', key: 'command-line', ...event })),
            ['UPDATE environments SET policy = $1 WHERE name = $2', JSON.stringify(policy), 'production'],
          ];
        },
        'owners that nobody asked for': () =>
          appended({
            ...{ actor: 'mara', key: 'command-line', kind: 'owners.applied', environment: 'production' },
            data: { change: '1', text: 'p mallory', reason: 'Forged' },
          }),
        'a mark that has MACs begin anew': () =>
          appended({ actor: 'x', key: 'x', kind: 'macs.started', data: { publicKey: 'another' } }),
      };
      for (const [what, statements] of Object.entries(EVENTS))
        it(`${what}: is neither served, extended nor verified by any process`, async () => {
          const made = await statements();
          await forged.sql(made);
          await assertAlarmed();
          assert.equal((await delivered()).text, 'live', 'what was verified before');
          await assertVerifyFails();
          await assert.rejects(restarted(), /found broken|log is broken/);
        });

      for (const [what, statements] of Object.entries(EVENTS))
        it(`${what}: is not served if it was forged while the registry was stopped`, async () => {
          const made = await statements();
          await registry.close();
          await forged.sql(made);
          await assertVerifyFails();
          await assert.rejects(forged.serve(), /log is broken/);
        });

      it('is refused by the database without a MAC', async () => {
        const [text, ...values] = (await fourEyes())[0] as Statement;
        await assert.rejects(forged.sql([[text, ...values.slice(0, -1), null]]), /carry MACs/);
      });
    });

    const hash = (key: string) => createHash('sha256').update(key).digest('hex');
    /** Each with what then asks for what it would lead to, and may not get it. */
    const ROWS: Readonly<
      Record<string, readonly [() => Promise<Statement[]> | Statement[], () => Promise<Json>]>
    > = {
      'a pointer at a draft': [
        () => [["UPDATE pointers SET version = 2 WHERE environment = 'production'"]],
        () => delivered(),
      ],
      'a pointer at a draft, and the promotion that nobody approved': [
        () => [
          [
            `UPDATE promotions SET state = 'applied', applied_at = $1, applied_seq = $2 WHERE id = $2`,
            AT,
            requested,
          ],
          ['UPDATE pointers SET version = 2, promotion = $1 WHERE environment = $2', requested, 'production'],
        ],
        () => delivered(),
      ],
      'a pointer where none was': [
        () => [
          [
            "INSERT INTO pointers (environment, channel, prompt, version, promoted_at, promoted_by, promotion) VALUES ('production', 'canary', 'p', 2, $1, 'mara', $2)",
            ...[AT, applied],
          ],
          [`UPDATE environments SET policy = replace(policy, '["stable"]', '["stable","canary"]')`],
        ],
        () => delivered('?channel=canary'),
      ],
      'a promotion that was never applied, for its version by number': [
        () => [[`UPDATE promotions SET state = 'applied', applied_at = $1 WHERE id = $2`, AT, requested]],
        () => delivered('?version=2'),
      ],
      'a policy that serves drafts': [
        () => [[`UPDATE environments SET policy = replace(policy, '"pins":"released"', '"pins":"any"')`]],
        () => delivered('?version=2'),
      ],
      'a policy that asks for no approval': [
        () => [[`UPDATE environments SET policy = replace(policy, '"approvals":1', '"approvals":0')`]],
        () =>
          post(
            '/v1/prompts/p/-/promotions',
            { environment: 'production', channel: 'stable', version: 2, reason: 'Now', expected: 1 },
            'production approver mallory',
          ),
      ],
      'an approval that nobody gave': [
        () => [
          [
            `INSERT INTO approvals (seq, promotion, actor, at, comment) VALUES ($1, $2, 'somebody', $3, '')`,
            ...[requested, requested, AT],
          ],
        ],
        () => approve(requested),
      ],
      'a request by somebody else': [
        () => [[`UPDATE promotions SET requested_by = 'somebody' WHERE id = $1`, requested]],
        () => approve(requested),
      ],
      'a comment that nobody wrote': [
        () => [
          [
            `INSERT INTO comments (id, promotion, actor, at, text) VALUES ($1, $1, 'lena', $2, 'Approve it')`,
            ...[requested, AT],
          ],
        ],
        () =>
          registry.call('GET', `/v1/promotions/${requested}/comments`, undefined, {
            as: 'production approver mallory',
          }),
      ],
      'a release that nobody asked for': [
        () => [[`UPDATE promotions SET release = id, atomic = 1 WHERE id = $1`, requested]],
        () => approve(requested),
      ],
      'a version that nobody published': [
        () => [
          [
            `INSERT INTO versions (prompt, version, digest, source, base, message, author, published_at, bytes, partials, seq) VALUES ('p', 3, $1, 'forged', 2, '', 'mara', $2, 6, '{}', $3)`,
            ...[`sha256:${hash('forged')}`, AT, requested],
          ],
          [`UPDATE prompts SET newest = 3 WHERE name = 'p'`],
        ],
        () => delivered('?channel=latest', 'development reader'),
      ],
      'the newest version': [
        () => [[`UPDATE prompts SET newest = 1 WHERE name = 'p'`]],
        () => delivered('?channel=latest', 'development reader'),
      ],
    };
    for (const [what, [statements, attempt]] of Object.entries(ROWS))
      for (const restarts of [false, true])
        it(`${what}: has no effect${restarts ? ' after a restart' : ''}`, async () => {
          const made = await statements();
          // Keys are known before, so that only what is forged can be in the way.
          for (const as of ['production reader', 'development reader', 'development admin'])
            await delivered('', as);
          for (const actor of ['mallory', 'lena']) await delivered('', `production approver ${actor}`);
          await forged.sql(made);
          if (restarts) await registry.close();
          // What a process looks at when it starts is found then already, and nothing is served at all.
          if (restarts && (await isRefused())) return assertVerifyFails();
          const answered = await attempt();
          const wasKept = !restarts && answered.status === 200 && answered.text === 'live';
          if (!wasKept) {
            assertProblem(answered, 503, 'log_broken');
            await assertAlarmed();
          }
          await assertVerifyFails();
          if (!wasKept) await assert.rejects(restarted(), /found broken|log is broken/);
        });

    describe('a key', () => {
      const KEYS: Readonly<Record<string, (id: string, anotherHash: string) => Statement>> = {
        'gets another secret': (id, another) => ['UPDATE keys SET hash = $1 WHERE id = $2', another, id],
        'gets another role': id => ["UPDATE keys SET role = 'admin' WHERE id = $1", id],
        'gets another actor': id => ["UPDATE keys SET actor = 'lena' WHERE id = $1", id],
        'gets another environment': id => ["UPDATE keys SET environment = 'staging' WHERE id = $1", id],
      };
      for (const [how, change] of Object.entries(KEYS))
        it(`that ${how} gives no access`, async () => {
          const credential = await registry.key('production', 'reader', 'app');
          const id = credential.split('_')[2] ?? '';
          // A process that knew it before goes on with what it knew.
          await registry.close();
          await forged.sql([change(id, hash(`${credential}x`))]);
          registry = await forged.serve();
          const authorization = { authorization: `Bearer ${credential}` };
          const answered = await ask(registry.url, 'GET', '/v1/prompts/p', undefined, authorization);
          assertProblem(answered, 503, 'log_broken');
          await assertAlarmed();
          await assertVerifyFails();
        });

      for (const [how, undo] of [
        ['was revoked', 'UPDATE keys SET revoked_at = NULL WHERE id = $1'],
        ['is to expire', 'UPDATE keys SET expires_at = NULL WHERE id = $1'],
      ] as const)
        it(`that ${how} is not valid again`, async () => {
          const credential = await registry.key('development', 'admin', 'somebody');
          const id = credential.split('_')[2] ?? '';
          const call = how === 'was revoked' ? 'revoke' : 'rotate';
          const { status } = await post(`/v1/keys/${id}/${call}`, {}, 'development admin');
          assert.ok(status < 300);
          await forged.sql([[undo, id]]);
          await restarted();
          const authorization = { authorization: `Bearer ${credential}` };
          const answered = await ask(registry.url, 'GET', '/v1/prompts/p', undefined, authorization);
          assertProblem(answered, 503, 'log_broken');
          await assertVerifyFails();
        });

      it('that nobody created gives no access', async () => {
        const credential = await registry.key('production', 'reader', 'app');
        const [environment, id, secret] = credential.split('_').slice(1);
        assert.ok(environment && id && secret);
        await forged.sql([
          [
            `INSERT INTO keys (id, seq, environment, role, actor, hash, created_at) SELECT 'aaaaaaaaaaaa', $1, environment, 'admin', actor, hash, created_at FROM keys WHERE id = $2`,
            ...[requested, id],
          ],
        ]);
        await assertVerifyFails();
      });
    });
  });
}
