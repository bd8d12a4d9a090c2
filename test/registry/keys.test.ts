import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import { MAX_CASCADE } from '../../src/contract/keys.ts';
import { digestOf } from '../../src/core/digest.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { hashKey, parseKey } from '../../src/core/key.ts';
import { createKey } from '../../src/registry/access/keys.ts';
import { revokeKey } from '../../src/registry/administration.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, ask, assertProblem, type Json, type RegistryForTest } from './a-registry.ts';
import { anOlderKey } from './an-older-key.ts';

describe('keys', () => {
  let registry: RegistryForTest;
  let now = new Date('2026-03-01T10:00:00Z');
  before(async () => {
    registry = await aRegistry({ now: () => now });
    await registry.publish('p', 'text', null);
    await registry.promote('p', 1, 'development');
  });
  after(() => registry[Symbol.asyncDispose]());
  const fetchWith = (authorization?: string) =>
    ask(
      registry.url,
      'GET',
      '/v1/prompts/p',
      undefined,
      authorization === undefined ? {} : { authorization },
    );
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const make = (body: object = {}, as = 'development admin') =>
    registry.call(
      'POST',
      '/v1/keys',
      { environment: 'development', role: 'reader', actor: 'app', ...body },
      { as },
    );

  it('are shown in full once, and stored only as a hash', async () => {
    const { status, json } = await make();
    assert.equal(status, 201);
    const { key, ...record } = json;
    assert.match(key, /^pf_development_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/);
    assert.equal((await fetchWith(`Bearer ${key}`)).text, 'text');
    const listed = await registry.call('GET', '/v1/keys');
    const found = listed.json.data.find((one: Json) => one.id === record.id);
    const { createdBy, ...rest } = found;
    assert.equal(createdBy.actor, 'admin.of.development');
    assert.deepEqual({ ...rest, lastUsedAt: null }, record);
    const secret = key.split('_')[3];
    for (const path of ['/v1/keys', '/v1/changes?limit=1000'])
      assert.ok(!(await registry.call('GET', path)).text.includes(secret), path);
    const rows = await registry.store.read(snapshot => snapshot.selectFrom('keys').selectAll().execute());
    assert.ok(!JSON.stringify(rows).includes(secret));
  });
  it('are refused differently when missing, malformed or unknown', async () => {
    const missing = await fetchWith();
    assertProblem(missing, 401, 'key_missing');
    assert.equal(missing.headers.get('www-authenticate'), 'Bearer realm="promptforge"');
    const { key } = (await make()).json;
    for (const text of [
      'Basic abc',
      'Bearer',
      'Bearer x',
      `Bearer ${key} ${key}`,
      `Bearer ${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`,
    ]) {
      const answered = await fetchWith(text);
      assertProblem(answered, 401, 'key_malformed');
      assert.equal(
        answered.headers.get('www-authenticate'),
        'Bearer realm="promptforge", error="invalid_token"',
      );
    }
    assert.equal((await fetchWith(`bearer  ${key}`)).status, 200, 'the scheme has no case (RFC 9110)');
  });
  it('are equally unknown with a wrong id or a wrong secret, even when revoked', async () => {
    const other = await aRegistry();
    try {
      const stranger = await other.key('development');
      const { key, id } = (await make()).json;
      const wrongSecret = rechecked(key.replace(id, stranger.split('_')[2] ?? ''));
      const mixed = rechecked(stranger.replace(stranger.split('_')[2] ?? '', id));
      await revokeKey(registry.store, id);
      const answers = await Promise.all(
        [stranger, wrongSecret, mixed].map(each => fetchWith(`Bearer ${each}`)),
      );
      for (const answered of answers) assertProblem(answered, 401, 'key_unknown');
      assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
      assertProblem(await fetchWith(`Bearer ${key}`), 401, 'key_revoked', /revoked at 2026/);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
  it('belong to one environment: renamed to another, they are unknown', async () => {
    const { key } = (await make()).json;
    const moved = rechecked(key.replace('pf_development', 'pf_production'));
    assertProblem(await fetchWith(`Bearer ${moved}`), 401, 'key_unknown');
  });
  it('stop at once when revoked, even if just used', async () => {
    const { key, id } = (await make()).json;
    for (let time = 0; time < 3; time++) assert.equal((await fetchWith(`Bearer ${key}`)).status, 200);
    const revoked = await registry.call('POST', `/v1/keys/${id}/revoke`);
    assert.equal(revoked.json.revokedAt, now.toISOString());
    assertProblem(await fetchWith(`Bearer ${key}`), 401, 'key_revoked');
    const again = await registry.call('POST', `/v1/keys/${id}/revoke`);
    assert.deepEqual([again.status, again.json.revokedAt], [200, revoked.json.revokedAt]);
  });
  it('are revoked together with the keys they created when requested, and without them otherwise', async () => {
    const admin = { role: 'admin', actor: 'an.admin' };
    const made = async (by: string, change: object = admin) => {
      const body = { environment: 'development', ...change, expiresAt: null };
      const { status, json } = await ask(registry.url, 'POST', '/v1/keys', body, bearer(by));
      assert.equal(status, 201);
      return json;
    };
    const leaked = (await make(admin)).json;
    const child = await made(leaked.key);
    const grandchild = await made(child.key, { role: 'reader', actor: 'an.app' });
    const rotated = (await ask(registry.url, 'POST', `/v1/keys/${leaked.id}/rotate`, {}, bearer(child.key)))
      .json;
    const sibling = (await make(admin)).json;
    const ended = await made(leaked.key);
    await revokeKey(registry.store, ended.id);
    const plain = await registry.call('POST', `/v1/keys/${sibling.id}/revoke`, { cascade: false });
    assert.equal(plain.json.cascade, undefined);
    const { json } = await registry.call('POST', `/v1/keys/${leaked.id}/revoke`, { cascade: true });
    assert.deepEqual(
      [json.id, json.cascade.keys.map(({ id }: Json) => id), json.cascade.complete],
      [leaked.id, [child.id, grandchild.id, rotated.id], true],
    );
    for (const { key } of [leaked, child, grandchild, rotated])
      assertProblem(await fetchWith(`Bearer ${key}`), 401, 'key_revoked');
    assert.equal((await registry.call('GET', '/v1/keys/current')).status, 200);
    const again = await registry.call('POST', `/v1/keys/${leaked.id}/revoke`, { cascade: true });
    assert.deepEqual(again.json.cascade, { keys: [], complete: true });
  });
  it('are revoked by the hundred, and the answer says that there are more', async () => {
    const { id } = (await make({ role: 'admin' })).json;
    const author = { actor: 'an.admin', key: id };
    const environment = parseEnvironmentName('development');
    await registry.store.write(async transaction => {
      for (let index = 0; index < MAX_CASCADE + 1; index++)
        await createKey(transaction, () => now, author, {
          environment,
          role: 'reader',
          actor: `app-${index}`,
          expiresAt: null,
        });
    });
    const revoke = async () => (await registry.call('POST', `/v1/keys/${id}/revoke`, { cascade: true })).json;
    const first = await revoke();
    assert.deepEqual([first.cascade.keys.length, first.cascade.complete], [MAX_CASCADE, false]);
    const { cascade } = await revoke();
    assert.deepEqual(
      [cascade.keys.map(({ actor }: Json) => actor), cascade.complete],
      [[`app-${MAX_CASCADE}`], true],
    );
  });
  it('that revoke themselves and more than a hundred descendants finish the job', async () => {
    for (const isChild of [false, true]) {
      const parent = (await make({ role: 'admin', actor: 'parent' })).json;
      const asParent = { authorization: `Bearer ${parent.key}` };
      const post = (key: string, path: string, body: object) =>
        ask(registry.url, 'POST', path, body, { authorization: `Bearer ${key}` });
      const request = { environment: 'development', role: 'admin', actor: 'self', expiresAt: null };
      const own = isChild ? (await ask(registry.url, 'POST', '/v1/keys', request, asParent)).json : parent;
      for (let each = 0; each < MAX_CASCADE + 1; each++)
        assert.equal(
          (await post(own.key, '/v1/keys', { ...request, role: 'reader', actor: `app-${each}` })).status,
          201,
        );
      const revoke = () => post(own.key, `/v1/keys/${parent.id}/revoke`, { cascade: true });
      const first = await revoke();
      assert.equal(first.status, 200, first.text);
      assert.equal(first.json.cascade.complete, false);
      const second = await revoke();
      assert.equal(second.status, 200, 'its own right is the last that ends');
      assert.equal(second.json.cascade.complete, true);
      assertProblem(await revoke(), 401, 'key_revoked');
      const all = await allKeys();
      const left = all.filter((key: Json) => key.revokedAt === null && /^(app-|self|parent)/.test(key.actor));
      assert.deepEqual(left, []);
    }
    async function allKeys(): Promise<Json[]> {
      const found: Json[] = [];
      for (let cursor = ''; ; ) {
        const { json } = await registry.call('GET', `/v1/keys?limit=100${cursor}`);
        found.push(...json.data);
        if (json.nextCursor === null) return found;
        cursor = `&cursor=${json.nextCursor}`;
      }
    }
  });
  it('are listed with who created them, which the key itself cannot see', async () => {
    const admin = (await make({ role: 'admin', actor: 'maker' })).json;
    const headers = { authorization: `Bearer ${admin.key}` };
    const body = { environment: 'development', role: 'reader', actor: 'made', expiresAt: null };
    const made = (await ask(registry.url, 'POST', '/v1/keys', body, headers)).json;
    const { json } = await registry.call('GET', '/v1/keys?limit=1');
    assert.deepEqual(json.data[0].createdBy, { actor: 'maker', key: admin.id });
    const current = await ask(registry.url, 'GET', '/v1/keys/current', undefined, {
      authorization: `Bearer ${made.key}`,
    });
    assert.equal(current.json.createdBy, undefined);
  });
  it('end when they expire', async () => {
    const expiresAt = new Date(now.getTime() + 1000).toISOString();
    const { key } = (await make({ expiresAt })).json;
    assert.equal((await fetchWith(`Bearer ${key}`)).status, 200);
    now = new Date(now.getTime() + 1000);
    assertProblem(await fetchWith(`Bearer ${key}`), 401, 'key_expired', /expired at/);
    assertProblem(await make({ expiresAt }), 422, 'invalid_request', /future/);
    assertProblem(await make({ expiresAt: 'tomorrow' }), 422, 'invalid_request');
    // In UTC that is the year 10000, which RFC 3339 cannot write.
    assertProblem(await make({ expiresAt: '9999-12-31T23:59:59-00:01' }), 422, 'invalid_request', /9999/);
    assertProblem(await make({ expiresAt: '9999-12-31T23:59:59+25:00' }), 422, 'invalid_request');
  });
  it('are listed with a valid end, also when an older release stored an impossible one', async () => {
    const last = '9999-12-31T23:59:59.999Z';
    const expiresAt = '+010000-01-01T00:00:00.000Z';
    const { id } = parseKey(await anOlderKey(registry.store, 'development', 'reader', 'app', { expiresAt }));
    const { json } = await registry.call('GET', '/v1/keys?limit=1');
    assert.deepEqual([json.data[0].id, json.data[0].expiresAt], [id, last]);
    const rotated = await registry.call('POST', `/v1/keys/${id}/rotate`, {});
    assert.deepEqual([rotated.status, rotated.json.expiresAt], [201, last]);
  });
  describe('when rotated', () => {
    const rotate = (id: string, body: object = {}, as?: string) =>
      registry.call('POST', `/v1/keys/${id}/rotate`, body, as === undefined ? {} : { as });
    const later = (ms: number) => new Date(now.getTime() + ms);

    it('work beside the new key until the overlap ends', async () => {
      const old = (await make({ role: 'author', actor: 'ci' })).json;
      const { status, json } = await rotate(old.id, { overlap: 60 });
      assert.equal(status, 201);
      assert.deepEqual(
        [json.environment, json.role, json.actor, json.expiresAt],
        ['development', 'author', 'ci', null],
      );
      for (const { key } of [old, json]) assert.equal((await fetchWith(`Bearer ${key}`)).status, 200);
      now = later(60_000);
      assertProblem(await fetchWith(`Bearer ${old.key}`), 401, 'key_expired');
      assert.equal((await fetchWith(`Bearer ${json.key}`)).status, 200);
    });
    it('are recorded: the new key with the id of the old, the old key with its end', async () => {
      const before = (await registry.call('GET', '/v1/changes?limit=1000')).json.cursor;
      const old = (await make()).json;
      const { json } = await rotate(old.id, { overlap: 0 });
      const { events } = (await registry.call('GET', `/v1/changes?limit=1000&after=${before}`)).json;
      assert.deepEqual(
        events.slice(1).map(({ kind, data }: Json) => [kind, data]),
        [
          [
            'key.created',
            {
              ...{ id: json.id, role: 'reader', actor: 'app', expiresAt: null, replaces: old.id },
              commitment: digestOf(hashKey(json.key)),
            },
          ],
          ['key.expiry_set', { id: old.id, expiresAt: now.toISOString() }],
        ],
      );
      assertProblem(await fetchWith(`Bearer ${old.key}`), 401, 'key_expired');
    });
    it('give the new key their remaining time, or the time requested', async () => {
      const old = (await make({ expiresAt: later(3_600_000).toISOString() })).json;
      now = later(1_800_000);
      const same = (await rotate(old.id)).json;
      assert.equal(same.expiresAt, later(3_600_000).toISOString());
      const listed = (await registry.call('GET', '/v1/keys')).json.data;
      assert.equal(
        listed.find((one: Json) => one.id === old.id).expiresAt,
        old.expiresAt,
        'an overlap makes no key last longer',
      );
      assert.equal((await rotate(same.id, { expiresAt: null })).json.expiresAt, null);
      assertProblem(
        await rotate(same.id, { expiresAt: now.toISOString() }),
        422,
        'invalid_request',
        /future/,
      );
    });
    it('must still be valid and belong to the environment', async () => {
      const revoked = (await make()).json.id;
      await registry.call('POST', `/v1/keys/${revoked}/revoke`);
      assertProblem(await rotate(revoked), 409, 'key_ended', /was revoked/);
      const expired = (await make({ expiresAt: later(1000).toISOString() })).json.id;
      now = later(1000);
      assertProblem(await rotate(expired), 409, 'key_ended', /expired at/);
      assertProblem(await rotate('nothing'), 404, 'key_not_found');
      assertProblem(await rotate(revoked, {}, 'staging admin'), 403, 'wrong_environment');
      assertProblem(await rotate(revoked, {}, 'development approver'), 403, 'role_too_low');
      for (const overlap of [-1, 1.5, 91 * 86_400])
        assertProblem(await rotate(revoked, { overlap }), 422, 'invalid_request');
    });
  });
  it('stop in every process of the data folder', async () => {
    const beside = await aRegistry({ folder: registry.folder, now: () => now });
    try {
      const revoked = (await make()).json;
      const replaced = (await make()).json;
      const fetchBeside = ({ key }: Json) =>
        ask(beside.url, 'GET', '/v1/prompts/p', undefined, { authorization: `Bearer ${key}` });
      // Known there, so that it would be answered from memory.
      for (const one of [revoked, replaced]) assert.equal((await fetchBeside(one)).status, 200);
      await registry.call('POST', `/v1/keys/${revoked.id}/revoke`);
      await registry.call('POST', `/v1/keys/${replaced.id}/rotate`, { overlap: 0 });
      const answers = await eventually('both to be refused', async () => {
        const both: Json[] = await Promise.all([fetchBeside(revoked), fetchBeside(replaced)]);
        return both.some(({ status }) => status === 200) ? undefined : both;
      });
      assertProblem(answers[0], 401, 'key_revoked');
      assertProblem(answers[1], 401, 'key_expired');
    } finally {
      await beside[Symbol.asyncDispose]();
    }
  });
  it('are created, listed and revoked only by admins of their environment', async () => {
    assertProblem(await make({}, 'development approver'), 403, 'role_too_low');
    assertProblem(await make({ environment: 'production' }), 403, 'wrong_environment');
    const mistyped = await make({ environment: 'developmnet' });
    assertProblem(mistyped, 404, 'environment_not_found');
    assert.match(mistyped.json.detail, /Did you mean "development"\?/);
    assertProblem(await make({ role: 'owner' }), 422, 'invalid_request');
    assertProblem(await make({ actor: 'a\nb' }), 422, 'invalid_request');
    const { id } = (await make({ environment: 'staging' }, 'staging admin')).json;
    assertProblem(await registry.call('POST', `/v1/keys/${id}/revoke`), 403, 'wrong_environment');
    assertProblem(await registry.call('POST', '/v1/keys/nothing/revoke'), 404, 'key_not_found');
    const { json } = await registry.call('GET', '/v1/keys');
    assert.deepEqual(new Set(json.data.map((one: Json) => one.environment)), new Set(['development']));
  });
  it('tell their holder who they are, whatever the role', async () => {
    const { status, json } = await registry.call('GET', '/v1/keys/current', undefined, {
      as: 'production reader shop',
    });
    assert.equal(status, 200);
    assert.deepEqual(
      [json.environment, json.role, json.actor, 'key' in json],
      ['production', 'reader', 'shop', false],
    );
  });
  it('record when they were last used, at most once a minute', async () => {
    const { key, id } = (await make()).json;
    const another = (await make()).json;
    const lastUsed = async (which: string) => {
      const { json } = await registry.call('GET', '/v1/keys?limit=500');
      return json.data.find((one: Json) => one.id === which).lastUsedAt;
    };
    const becomes = (which: string, time: string) =>
      eventually(`${which} used at ${time}`, async () => (await lastUsed(which)) === time);
    await fetchWith(`Bearer ${key}`);
    const first = now.toISOString();
    await becomes(id, first);
    now = new Date(now.getTime() + 59_000);
    await fetchWith(`Bearer ${key}`);
    // Uses are written in the order in which they were noted: had that one been, it would be there with this one.
    await fetchWith(`Bearer ${another.key}`);
    await becomes(another.id, now.toISOString());
    assert.equal(await lastUsed(id), first);
    now = new Date(now.getTime() + 2000);
    await fetchWith(`Bearer ${key}`);
    await becomes(id, now.toISOString());
  });
  it('with the reader role can only read deliveries', async () => {
    const calls: [string, string, unknown?][] = [
      ['GET', '/v1/prompts'],
      ['GET', '/v1/prompts/p/-/versions'],
      ['GET', '/v1/prompts/p/-/versions/1'],
      ['GET', '/v1/prompts/p/-/summary'],
      ['GET', '/v1/prompts/p/-/diff?from=1&to=1'],
      ['GET', '/v1/promotions'],
      ['GET', '/v1/changes'],
      ['GET', '/v1/environments'],
      ['GET', '/v1/keys'],
      ['POST', '/v1/versions/batch', { refs: ['p@1'] }],
      ['POST', '/v1/prompts/p/-/archive', {}],
    ];
    for (const [method, path, body] of calls)
      assertProblem(
        await registry.call(method, path, body, { as: 'production reader' }),
        403,
        'role_too_low',
      );
  });
});

/** `body` with the checksum that fits it, so that only its secret or id is wrong. */
function rechecked(text: string): string {
  const body = text.slice(0, -6);
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let value = crc32(body);
  let sum = '';
  for (let digit = 0; digit < 6; digit++) {
    sum = alphabet[value % 62] + sum;
    value = Math.floor(value / 62);
  }
  return body + sum;
}
