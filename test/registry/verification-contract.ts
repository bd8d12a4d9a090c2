/** Verifying a registry, on any engine: whatever was changed behind its back is found, in every table, and named. */
import assert from 'node:assert/strict';
import { DataFolderProblem } from '../../src/registry/data-folder-problem.ts';
import { verification, verifyRegistry } from '../../src/registry/proof/verification.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { aGovernedRegistry, type GovernedRegistry, type GovernedSetup } from './a-governed-registry.ts';

export interface EngineForTampering extends AsyncDisposable {
  /** Where registries are kept, each by itself. */
  readonly setup?: GovernedSetup;
  /**
   * A copy of the registry, changed by whoever may do everything to it: no trigger and no reference holds. The SQL is
   * the same for all engines.
   */
  changed(registry: GovernedRegistry, sql: string): Promise<{ store: Store; rows: number }>;
}

export function describeVerification(what: string, prepare: () => Promise<EngineForTampering>): void {
  describe(`verifying a registry on ${what}`, () => {
    let governed: GovernedRegistry;
    let engine: EngineForTampering;

    before(async () => {
      engine = await prepare();
      governed = await aGovernedRegistry(engine.setup);
      const { registry, clock } = governed;
      await registry.publish('_shared', 'Kindly', null);
      await registry.publish('q', '---\nmodel: m\n---\n{{> shared}} q', null);
      await registry.call('POST', '/v1/prompts/q/-/archive', { reason: 'Old' });
      const stated = { source: 'r', message: '', base: null, origin: { commit: 'c0ffee7' } };
      assert.equal((await registry.call('POST', '/v1/prompts/r/-/versions', stated)).status, 201);
      await governed.approve(await governed.request(1, null), 'ada', 'Fine');
      clock.now += 1000;
      const rejected = await governed.request(2, 1);
      const commented = { text: 'Why?', place: { side: 'to', line: 2 } };
      await registry.call('POST', `/v1/promotions/${rejected.json.id}/comments`, commented);
      await registry.call('POST', `/v1/promotions/${rejected.json.id}/comments`, { text: 'Because.' });
      const atLine = { version: 2, line: 1, text: 'Here' };
      const { json: written } = await registry.call('POST', '/v1/prompts/p/-/comments', atLine);
      await registry.call('PUT', `/v1/prompts/p/-/comments/${written.id}`, { text: 'There' });
      await governed.act('reject', rejected, 'production approver ada', 'No');
      await governed.policy({ approvals: 2 });
      const open = await governed.request(3, 1);
      await governed.approve(open, 'ada');
      await governed.revokeKeyOf('zoe');
      await registry.call('POST', '/v1/webhooks', { url: 'https://example.com/hook' });
      const owners = { text: 'p admin.of.staging', reason: 'Teams', expected: null };
      const set = await registry.call('POST', '/v1/environments/staging/owners', owners, {
        as: 'staging admin',
      });
      assert.equal(set.status, 201, set.text);
      // The log ends with a promotion.
      await governed.request(4, null, { channel: 'canary' });
    });
    after(async () => {
      await governed[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    });

    async function verified(sql: string) {
      const { store, rows } = await engine.changed(governed, sql);
      try {
        assert.ok(sql === '' || rows > 0, 'it changes something');
        return await byEachWay(store);
      } finally {
        await store.close();
      }
    }

    /** With another thread, where the engine lets one read by itself, and without. */
    async function byEachWay(store: Store) {
      const [one] = await Promise.allSettled([verifyRegistry(store)]);
      const [other] = await Promise.allSettled([verifyRegistry(store, { manyEvents: 0 })]);
      if (one.status === 'rejected') {
        assert.equal(other.status, 'rejected', 'it is found by the one and not by the other');
        assert.equal(String(other.reason), String(one.reason));
        throw one.reason;
      }
      assert.deepEqual(other, one);
      return one.value;
    }

    it('continues while events are appended', async () => {
      await using own = await aGovernedRegistry(engine.setup);
      const running = verification(own.registry.store);
      assert.equal(await running.next(), true);
      await own.registry.publish('r', 'more', null);
      await own.request(4, null);
      assert.equal(await running.next(), true);
      assert.equal(running.head().seq, (await own.events()).at(-1).seq);
    });

    it('finds nothing in an unchanged registry, and says where the log ends', async () => {
      const head = await verified('');
      const last = (await governed.events()).at(-1);
      assert.deepEqual(head, { seq: last.seq, hash: last.hash });
    });

    for (const [what, sql, told] of [
      ['an event', "UPDATE events SET actor = 'x' WHERE seq = 9", /Event 9 does not have the hash it claims/],
      [
        'owners',
        "UPDATE events SET data = replace(data, 'p admin.of.staging', 'p mallory') WHERE kind = 'owners.applied'",
        /Event \d+ does not have the hash it claims/,
      ],
      ['the time of an event', "UPDATE events SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 9", /Event 9 /],
      ['an event that is gone', 'DELETE FROM events WHERE seq = 9', /Event 10 stands where event 9 should/],
      [
        'the end of the log',
        'DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)',
        /The table promotions has/,
      ],
      [
        'a source',
        "UPDATE versions SET source = 'Pay all fees' WHERE prompt = 'r'",
        /source of the version r@1 .* event \d+/,
      ],
      [
        'a source of the same length',
        "UPDATE versions SET source = 'R' WHERE prompt = 'r' AND version = 1",
        /source of the version r@1 .* event \d+/,
      ],
      [
        'a source and its length',
        "UPDATE versions SET source = 'Pay', bytes = 3 WHERE prompt = 'r' AND version = 1",
        /versions has bytes 3 in the row r@1/,
      ],
      [
        "a version's author",
        "UPDATE versions SET author = 'x' WHERE prompt = 'r'",
        /versions has author "x" in the row r@1/,
      ],
      [
        "a version's origin",
        "UPDATE versions SET origin = replace(origin, 'c0ffee7', 'c0ffee8') WHERE prompt = 'r'",
        /versions has origin .*c0ffee8.* in the row r@1; by event \d+ it is .*c0ffee7/,
      ],
      [
        'an origin that is gone',
        "UPDATE versions SET origin = NULL WHERE prompt = 'r'",
        /versions has origin null in the row r@1/,
      ],
      [
        'an origin that nobody stated',
        `UPDATE versions SET origin = '{"commit":"c0ffee7"}' WHERE prompt = 'p' AND version = 1`,
        /versions has origin .* in the row p@1; by event \d+ it is null/,
      ],
      [
        "a version's partials",
        "UPDATE versions SET partials = '{}' WHERE prompt = 'q'",
        /versions has partials/,
      ],
      [
        'a version that is gone',
        "DELETE FROM versions WHERE prompt = 'r' AND version = 1",
        /version r@1 that event \d+ published is gone/,
      ],
      [
        'a version of nobody',
        "INSERT INTO versions SELECT prompt, 99, digest, source, base, message, author, published_at, bytes, partials, 1, NULL FROM versions WHERE prompt = 'r' AND version = 1",
        /No event published the version r@99/,
      ],
      [
        'the newest of a prompt',
        "UPDATE prompts SET newest = 1 WHERE name = 'p'",
        /prompts has newest 1 in the row p; by the log it is 4/,
      ],
      ['what is archived', "UPDATE prompts SET archived = 0 WHERE name = 'q'", /prompts has archived 0/],
      ['a prompt that is gone', "DELETE FROM prompts WHERE name = 'q'", /prompts lacks the row "q"/],
      [
        'a prompt of nobody',
        "INSERT INTO prompts VALUES ('s', 1, 0)",
        /prompts has a row "s" that no event made/,
      ],
      [
        'a pointer',
        "UPDATE pointers SET version = 3 WHERE environment = 'production'",
        /pointers has version 3 in the row production stable p; by the log it is 1/,
      ],
      [
        'a pointer that is gone',
        "DELETE FROM pointers WHERE environment = 'production'",
        /pointers lacks the row "production stable p"/,
      ],
      [
        'a pointer of nobody',
        "INSERT INTO pointers SELECT environment, 'canary', prompt, version, promoted_at, promoted_by, promotion FROM pointers WHERE environment = 'production'",
        /pointers has a row "production canary p"/,
      ],
      [
        'a promotion that was applied',
        "UPDATE promotions SET reason = 'x' WHERE state = 'applied'",
        /promotions has reason "x"/,
      ],
      [
        'a promotion that was rejected',
        "UPDATE promotions SET closed = NULL WHERE state = 'rejected'",
        /promotions has closed null/,
      ],
      [
        'the release of a promotion',
        "UPDATE promotions SET release = id WHERE state = 'pending'",
        /promotions has release \d+/,
      ],
      [
        'whether a release goes live as a whole',
        "UPDATE promotions SET atomic = 1 WHERE state = 'pending'",
        /promotions has atomic 1/,
      ],
      [
        'a promotion that waits',
        "UPDATE promotions SET requested_by = 'x' WHERE state = 'pending'",
        /promotions has requested_by "x"/,
      ],
      [
        'when a promotion was applied',
        "UPDATE promotions SET applied_at = '2026-01-01T00:00:00.000Z' WHERE state = 'applied' AND environment = 'production'",
        /promotions has applied_at/,
      ],
      [
        'a promotion that is gone',
        "DELETE FROM promotions WHERE state = 'rejected'",
        /no event began|promotions lacks the row/,
      ],
      [
        'a promotion of nobody',
        'INSERT INTO promotions SELECT 2, prompt, environment, channel, version, from_version, rollback, reason, state, requested_by, requested_at, applied_at, NULL, effective_at, held, closed, superseded_by, release, atomic FROM promotions LIMIT 1',
        /promotions has a row 2 that no event made/,
      ],
      ['an approval', "UPDATE approvals SET actor = 'x'", /approvals has actor "x"/],
      ['an approval that is gone', 'DELETE FROM approvals', /approvals lacks the row/],
      [
        'an approval of nobody',
        "INSERT INTO approvals SELECT 2, promotion, 'x', at, comment FROM approvals ORDER BY seq DESC LIMIT 1",
        /approvals/,
      ],
      [
        'an approval of a promotion of nobody',
        "INSERT INTO approvals VALUES (2, 3, 'x', '2026-01-01T00:00:00.000Z', '')",
        /approvals has a row 2 that no event made/,
      ],
      [
        'an approval of a promotion after the log',
        "INSERT INTO approvals VALUES (2, 9999, 'x', '2026-01-01T00:00:00.000Z', '')",
        /approvals has a row 2 that no event made/,
      ],
      [
        'a version before the log',
        "INSERT INTO versions SELECT prompt, 99, digest, source, base, message, author, published_at, bytes, partials, 0, NULL FROM versions WHERE prompt = 'r' AND version = 1",
        /versions has a row 0 that no event made/,
      ],
      [
        'a comment after the log',
        "INSERT INTO comments SELECT 9999, promotion, 'x', at, text, side, line FROM comments LIMIT 1",
        /comments has a row 9999 that no event made/,
      ],
      ['a comment', "UPDATE comments SET text = 'x'", /comments has digest/],
      [
        'the place of a comment',
        'UPDATE comments SET line = 1 WHERE line IS NOT NULL',
        /comments has line 1/,
      ],
      [
        'a comment at a line',
        "UPDATE comments SET text = 'x' WHERE promotion IS NULL",
        /comments has digest "sha256:\w+" in the row \d+; by event \d+ it is/,
      ],
      [
        'who wrote a comment at a line',
        "UPDATE comments SET actor = 'x' WHERE promotion IS NULL",
        /comments has actor "x"/,
      ],
      [
        'a comment at a line that is gone',
        'DELETE FROM comments WHERE promotion IS NULL',
        /comments lacks the row/,
      ],
      ['a comment that is gone', 'DELETE FROM comments', /comments lacks the row/],
      [
        'a comment of nobody',
        "INSERT INTO comments SELECT 2, promotion, 'x', at, text, side, line FROM comments LIMIT 1",
        /comments has a row 2 that no event made/,
      ],
      [
        'a policy',
        "UPDATE environments SET policy = replace(policy, '\"approvals\":2', '\"approvals\":0') WHERE name = 'production'",
        /environments has policy/,
      ],
      [
        'an environment of nobody',
        "INSERT INTO environments SELECT 'canada', 9, policy FROM environments LIMIT 1",
        /environments has a row "canada"/,
      ],
      ['the role of a key', "UPDATE keys SET role = 'admin' WHERE role = 'author'", /keys has role "admin"/],
      [
        'the revocation of a key',
        'UPDATE keys SET revoked_at = NULL WHERE revoked_at IS NOT NULL',
        /keys has revoked_at null/,
      ],
      [
        'a key of nobody',
        "INSERT INTO keys SELECT 'x', 2, environment, role, actor, 'x', created_at, expires_at, last_used_at, revoked_at FROM keys LIMIT 1",
        /keys has a row "x" that no event made/,
      ],
      ['where a webhook goes', "UPDATE webhooks SET origin = 'https://evil.example'", /webhooks has origin/],
      ['how a webhook is told', "UPDATE webhooks SET format = 'slack'", /webhooks has format/],
    ] as const)
      it(`finds ${what} changed behind its back`, async () => {
        await assert.rejects(verified(sql), error => {
          assert.ok(DataFolderProblem.is(error, 'chain_broken'), String(error));
          assert.match(error.message, told);
          return true;
        });
      });
  });
}
