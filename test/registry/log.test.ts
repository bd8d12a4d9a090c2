import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { RegistryEvent } from '../../src/core/event.ts';
import { aCallWaits, aRegistry, assertProblem, type Json, type RegistryForTest } from './a-registry.ts';

/** RFC 8785 for what events hold: no number but integers. Written here anew, so that nothing of ours checks itself. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

describe('the log', () => {
  let registry: RegistryForTest;
  const page = async (query = 'limit=1000') => (await registry.call('GET', `/v1/changes?${query}`)).json;
  before(async () => {
    registry = await aRegistry();
    await registry.publish('_header', 'Grüße — “quoted” \u2028 🐎', null);
    await registry.publish('p', '{{> header}}', null);
    await registry.publish('p', '{{> header}} two', 1);
    await registry.promote('p', 1, 'staging');
    await registry.promote('p', 1, 'production');
    await registry.call('POST', '/v1/prompts/p/-/archive', { reason: 'ž "x" \u0007' });
    await registry.call('POST', '/v1/prompts/p/-/restore', {});
    const { json } = await registry.call('POST', '/v1/keys', {
      environment: 'development',
      role: 'reader',
      actor: 'app',
    });
    await registry.call('POST', `/v1/keys/${json.id}/revoke`);
  });
  after(() => registry[Symbol.asyncDispose]());

  it('has one event per change, and none for calls that change nothing', async () => {
    const kinds = (await page()).events.map((event: Json) => event.kind);
    for (const [kind, count] of [
      ['environment.set', 3],
      ['version.published', 3],
      ['promotion.applied', 2],
      ['prompt.archived', 1],
      ['prompt.restored', 1],
      ['key.revoked', 1],
    ])
      assert.equal(kinds.filter((one: string) => one === kind).length, count, String(kind));
    await registry.call('POST', '/v1/prompts/p/-/restore', {});
    await registry.call('POST', '/v1/prompts/p/-/versions', {
      source: '{{> header}} two',
      message: '',
      base: 2,
    });
    assert.equal((await page()).events.length, kinds.length);
  });
  it('can be recomputed by anyone from API responses', async () => {
    let previous = `sha256:${'0'.repeat(64)}`;
    let seq = 0;
    for (const { previousHash, hash, ...body } of (await page()).events) {
      assert.equal(body.seq, ++seq);
      assert.equal(previousHash, previous);
      const sum = createHash('sha256')
        .update(previous + canonical(body), 'utf8')
        .digest('hex');
      assert.equal(hash, `sha256:${sum}`, `event ${seq}`);
      previous = hash;
    }
    assert.ok(seq > 10);
  });
  it('records the partials a version uses, and who published it with which key', async () => {
    const { events } = await page();
    const published = events.filter(
      (event: Json) => event.kind === 'version.published' && event.prompt === 'p',
    );
    const { json: key } = await registry.call('GET', '/v1/keys/current');
    const [first] = published as RegistryEvent<'version.published'>[];
    assert.deepEqual(first?.data.partials, { header: { prompt: '_header', version: 1 } });
    assert.deepEqual([first?.actor, first?.key], ['admin.of.development', key.id]);
  });
  it('continues after an event number as after a cursor', async () => {
    const { events } = await page();
    assert.deepEqual((await page('after=4&limit=1000')).events, events.slice(4));
    assert.deepEqual((await page('after=0&limit=1')).events, events.slice(0, 1));
    assert.deepEqual((await page(`after=${events.length}`)).events, []);
    for (const after of [events.length + 1, -1, '1.5', '1e3', 'x'])
      assertProblem(await registry.call('GET', `/v1/changes?after=${after}`), 422, 'invalid_request');
  });
  it('comes in consecutive pages, and ends where nothing is new', async () => {
    const whole = (await page()).events;
    const read: Json[] = [];
    let cursor = '';
    for (;;) {
      const next = await page(`limit=3${cursor && `&after=${cursor}`}`);
      read.push(...next.events);
      cursor = next.cursor;
      if (next.events.length === 0) break;
    }
    assert.deepEqual(read, whole);
    assert.deepEqual(await page(`after=${cursor}`), { events: [], cursor });
  });
  it('refuses a cursor beyond its end, as the log was truncated or is another', async () => {
    const other = await aRegistry();
    try {
      const { json } = await other.call('GET', '/v1/changes?limit=3');
      assertProblem(await other.call('GET', '/v1/changes?after=x'), 422, 'invalid_request');
      const { cursor } = await page();
      assertProblem(
        await other.call('GET', `/v1/changes?after=${cursor}`),
        422,
        'invalid_request',
        /log ends with/,
      );
      assert.ok(json.events.length === 3);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
  it('holds a call open until something happens', async () => {
    await using own = await aRegistry();
    const { cursor } = (await own.call('GET', '/v1/changes?limit=1000')).json;
    const waits = aCallWaits(own);
    const started = performance.now();
    const waiting = own.call('GET', `/v1/changes?after=${cursor}&wait=30`);
    await waits;
    await own.publish('woken', 'x', null);
    const { events } = (await waiting).json;
    assert.ok(performance.now() - started < 29_000, 'before the 30 s');
    assert.deepEqual(
      events.map((event: Json) => [event.kind, event.prompt]),
      [['version.published', 'woken']],
    );
  });
  it('wakes a call for a commit of another process, but not for the use of a key', async () => {
    await using own = await aRegistry();
    await using other = await aRegistry({ folder: own.folder });
    await using user = await aRegistry({ folder: own.folder });
    await Promise.all([other.key('development'), user.key('development')]);
    const { cursor } = (await own.call('GET', '/v1/changes?limit=1000')).json;
    const waits = aCallWaits(own);
    const waiting = own.call('GET', `/v1/changes?after=${cursor}&wait=30`);
    await waits;
    await user.call('GET', '/v1/environments');
    // It writes the time of use as it closes.
    await user.close();
    await other.publish('elsewhere', 'x', null);
    assert.deepEqual(
      (await waiting).json.events.map((event: Json) => event.prompt),
      ['elsewhere'],
    );
  });
  it('returns no events when the wait is over', async () => {
    const { cursor } = await page();
    const started = performance.now();
    assert.deepEqual(await page(`after=${cursor}&wait=1`), { events: [], cursor });
    assert.ok(performance.now() - started >= 950);
    assertProblem(await registry.call('GET', '/v1/changes?wait=31'), 422, 'invalid_request');
  });
  it('never runs backwards, whatever the clock does', async () => {
    const times = ['2026-05-01T12:00:00.000Z', '2026-04-01T12:00:00.000Z', '2026-05-01T11:59:59.999Z'];
    let turn = 0;
    const jumping = await aRegistry({ now: () => new Date(times[turn++ % times.length] as string) });
    try {
      for (let n = 0; n < 5; n++) await jumping.publish(`p${n}`, 'x', null);
      const { events } = (await jumping.call('GET', '/v1/changes?limit=1000')).json;
      const at = events.map((event: Json) => event.at);
      assert.deepEqual(at, at.toSorted());
    } finally {
      await jumping[Symbol.asyncDispose]();
    }
  });
});
