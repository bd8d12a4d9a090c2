import assert from 'node:assert/strict';
import { digestOf } from '../../src/core/digest.ts';
import { aRegistry, assertProblem, type CallOptions, type RegistryForTest } from './a-registry.ts';

describe('publishing', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
  });
  after(() => registry[Symbol.asyncDispose]());
  const publish = (prompt: string, content: unknown, options?: CallOptions) =>
    registry.call('POST', `/v1/prompts/${prompt}/-/versions`, content, options);

  it('makes version 1 of a new prompt, and returns its location', async () => {
    const source = 'Hello {{name}} — ž';
    const { status, json, headers } = await publish(
      'first',
      { source, message: 'Begin', base: null },
      { as: 'development author mara' },
    );
    assert.equal(status, 201);
    assert.equal(headers.get('location'), '/v1/prompts/first/-/versions/1');
    const { publishedAt, ...rest } = json;
    assert.match(publishedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(rest, {
      prompt: 'first',
      version: 1,
      digest: digestOf(source),
      base: null,
      message: 'Begin',
      author: 'mara',
      bytes: Buffer.byteLength(source),
      partials: {},
      source,
    });
    assert.deepEqual((await registry.call('GET', headers.get('location') ?? '')).json, json);
  });
  it('keeps every character, including CRLF, BOM and control characters in a message', async () => {
    const source = '\ufeffone\r\ntwo\rthree\u2028four 🐎';
    const { json } = await publish('exact', { source, message: 'a\u0001b\r\n', base: null });
    const read = await registry.call('GET', '/v1/prompts/exact/-/versions/1');
    assert.equal(read.json.source, source);
    assert.equal(read.json.message, 'a\u0001b\r\n');
    assert.equal(json.digest, digestOf(source));
  });
  it('refuses U+0000, which not every database can store, in messages and sources', async () => {
    const inMessage = await publish('u0000', { source: 'x', message: 'a\u0000b', base: null });
    assertProblem(inMessage, 422, 'invalid_request', /message/);
    assertProblem(
      await publish('u0000', { source: 'a\u0000b', message: '', base: null }),
      422,
      'invalid_source',
    );
  });
  it('answers 200 with the newest version when nothing changed, whatever the base', async () => {
    await registry.publish('same', 'x', null);
    for (const base of [null, 1, 7]) {
      const { status, json } = await publish('same', { source: 'x', message: 'again', base });
      assert.equal(status, 200);
      assert.equal(json.version, 1);
      assert.equal(json.message, 'About same');
    }
    assert.equal((await registry.call('GET', '/v1/prompts/same/-/versions')).json.data.length, 1);
  });
  it('makes one new version of the same source when a partial has a newer version', async () => {
    await registry.publish('newer/_header', 'old', null);
    const first = await registry.publish('newer/p', '{{> header}}', null);
    await registry.publish('newer/_header', 'new', 1);
    const again = (key: string) =>
      publish(
        'newer/p',
        { source: '{{> header}}', message: 'Take it in', base: 1 },
        { headers: { 'idempotency-key': key } },
      );
    const made = await again('first');
    assert.equal(made.status, 201);
    assert.deepEqual([made.json.version, made.json.digest], [2, first.digest]);
    assert.deepEqual(made.json.partials, { header: { prompt: 'newer/_header', version: 2 } });
    // The answer may have been lost: the same request is sent again, by the same client or by a person.
    assert.deepEqual((await again('first')).json, made.json);
    const byHand = await again('second');
    assert.deepEqual([byHand.status, byHand.json.version], [200, 2]);
    // What was published before stays as it was.
    const before = await registry.call('GET', '/v1/prompts/newer/p/-/versions/1');
    assert.deepEqual(before.json, first);
    assert.equal((await registry.call('GET', '/v1/prompts/newer/p?version=1')).text, 'old');
    assert.equal((await registry.call('GET', '/v1/prompts/newer/p?version=2')).text, 'new');
    assert.equal((await registry.call('GET', '/v1/prompts/newer/p/-/versions')).json.data.length, 2);
  });
  it('makes one version when many publish with the newer partial at once', async () => {
    await registry.publish('once/_header', 'old', null);
    await registry.publish('once/p', '{{> header}}', null);
    await registry.publish('once/_header', 'new', 1);
    const content = { source: '{{> header}}', message: '', base: 1 };
    const answers = await Promise.all(Array.from({ length: 8 }, () => publish('once/p', content)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(7).fill(200), 201]);
    assert.deepEqual(new Set(answers.map(({ json }) => json.version)), new Set([2]));
  });
  it('refuses a base that is not the newest version, and names that', async () => {
    await registry.publish('moved', 'one', null);
    const two = await registry.publish('moved', 'two', 1);
    for (const base of [null, 1, 3]) {
      const answered = await publish('moved', { source: 'three', message: '', base });
      assertProblem(answered, 409, 'base_outdated', /version 2/);
      assert.deepEqual(answered.json.newest, { version: 2, digest: two.digest });
    }
    const fresh = await publish('never', { source: 'x', message: '', base: 1 });
    assertProblem(fresh, 409, 'base_outdated');
    assert.equal(fresh.json.newest, null);
  });
  it('lets one of many with the same base win', async () => {
    await registry.publish('race', 'start', null);
    const racers = Array.from({ length: 12 }, (_, n) =>
      publish('race', { source: `racer ${n}`, message: '', base: 1 }),
    );
    const answers = await Promise.all(racers);
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, ...Array(11).fill(409)]);
    const won = answers.find(({ status }) => status === 201);
    assert.equal((await registry.call('GET', '/v1/prompts/race/-/versions/2')).json.source, won?.json.source);
  });
  it('needs an author key of an environment that publishes', async () => {
    const content = { source: 'x', message: '', base: null };
    assertProblem(await publish('p', content, { as: 'development reader' }), 403, 'role_too_low', /author/);
    for (const as of ['staging admin', 'production admin'])
      assertProblem(await publish('p', content, { as }), 403, 'publishing_not_allowed', /promote/);
  });
  it('points to errors in the template or front matter, and publishes nothing', async () => {
    const wrong: [source: string, line: number, column: number][] = [
      ['Hello\n{{#if a}}x', 2, 1],
      ['---\nmodel: [\n---\nx', 2, 8],
      ['---\nmodel: x', 1, 1],
      ['a {{> nowhere}}', 1, 7],
      ['{{> (lookup . "x")}}', 1, 5],
    ];
    for (const [source, line, column] of wrong) {
      const answered = await publish('wrong', { source, message: '', base: null });
      assertProblem(answered, 422, 'invalid_source');
      const [issue] = answered.json.issues;
      assert.deepEqual([issue.line, issue.column], [line, column], `${source} ${JSON.stringify(issue)}`);
    }
    assertProblem(await registry.call('GET', '/v1/prompts/wrong/-/summary'), 404, 'prompt_not_found');
  });
  it('refuses a partial that uses itself, directly or through others', async () => {
    await registry.publish('loop/_a', 'a', null);
    await registry.publish('loop/_b', '{{> a}}', null);
    const content = { source: '{{> b}}', message: '', base: 1 };
    assertProblem(await publish('loop/_a', content), 422, 'invalid_source', /uses itself/);
  });
  it('accepts 1 MiB of source in any characters, and refuses a byte more', async () => {
    const mebibyte = 1024 * 1024;
    const whole = `${'\u0001'.repeat(mebibyte - 3)}ab\n`;
    const { status, json } = await publish('big', { source: whole, message: '', base: null });
    assert.equal(`${status} ${json.bytes}`, `201 ${mebibyte}`);
    const over = { source: `${whole}x`, message: '', base: 1 };
    assertProblem(await publish('big', over), 413, 'too_large', /1048577/);
    const flood = await publish('big', { source: 'x'.repeat(9 * mebibyte), message: '', base: 1 });
    assertProblem(flood, 413, 'too_large');
    assert.equal((await registry.call('GET', '/healthz')).status, 200);
  });
  it('refuses lone surrogates, which have no UTF-8 form', async () => {
    const source = '{"source":"a \\ud83d b","message":"","base":null}';
    const headers = { 'content-type': 'application/json' };
    assertProblem(await publish('half', source, { headers }), 422, 'invalid_source', /column 3/);
    const message = '{"source":"a","message":"\\ud83d","base":null}';
    assertProblem(await publish('half', message, { headers }), 422, 'invalid_request', /\/message/);
  });
  it('names missing, wrong and unknown fields of the body', async () => {
    const fields = async (content: unknown) => {
      const answered = await publish('fields', content);
      assertProblem(answered, 422, 'invalid_request');
      return answered.json.fields.map((field: { pointer: string }) => field.pointer);
    };
    assert.deepEqual(await fields({}), ['/source', '/message', '/base']);
    assert.deepEqual(await fields({ source: 1, message: 'x', base: 0 }), ['/source', '/base']);
    assert.deepEqual(await fields({ source: 'x', message: 'x', base: null, bas: 1, 'a/b': 1 }), [
      '/bas',
      '/a~1b',
    ]);
    assert.deepEqual(await fields({ source: 'x', message: 'x'.repeat(4001), base: null }), ['/message']);
    assert.deepEqual(await fields([]), ['']);
  });
  it('refuses an archived prompt until it is restored', async () => {
    await registry.publish('gone', 'one', null);
    await registry.call('POST', '/v1/prompts/gone/-/archive', { reason: 'Not used' });
    const content = { source: 'two', message: '', base: 1 };
    assertProblem(await publish('gone', content), 409, 'prompt_archived', /Restore/);
    await registry.call('POST', '/v1/prompts/gone/-/restore');
    assert.equal((await publish('gone', content)).status, 201);
  });
  it('does not find archived partials, but keeps those already used by a partial', async () => {
    await registry.publish('arch/_inner', 'inner', null);
    await registry.publish('arch/_outer', '[{{> inner}}]', null);
    await registry.call('POST', '/v1/prompts/arch/_inner/-/archive');
    const direct = await publish('arch/direct', { source: '{{> inner}}', message: '', base: null });
    assertProblem(direct, 422, 'invalid_source', /not found/);
    const through = await registry.publish('arch/through', '{{> outer}}', null);
    assert.deepEqual(through.partials, { outer: { prompt: 'arch/_outer', version: 1 } });
    assert.equal((await registry.call('GET', '/v1/prompts/arch/through?channel=latest')).text, '[inner]');
  });
});

describe('an Idempotency-Key', () => {
  let registry: RegistryForTest;
  let now = new Date('2026-03-01T10:00:00Z');
  before(async () => {
    registry = await aRegistry({ now: () => now });
  });
  after(() => registry[Symbol.asyncDispose]());
  const publish = (prompt: string, source: string, key: string, as = 'development author') =>
    registry.call(
      'POST',
      `/v1/prompts/${prompt}/-/versions`,
      { source, message: 'm', base: null },
      { as, headers: { 'idempotency-key': key } },
    );

  it('replays the first answer, even after the prompt has moved on', async () => {
    const first = await publish('a', 'one', 'k1');
    assert.equal(first.status, 201);
    await registry.publish('a', 'two', 1);
    const again = await publish('a', 'one', 'k1');
    assert.deepEqual([again.status, again.text], [first.status, first.text]);
    assert.equal(again.headers.get('location'), first.headers.get('location'));
    assert.equal((await registry.call('GET', '/v1/prompts/a/-/versions')).json.data.length, 2);
  });
  it('acts once when it arrives twice at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => publish('b', 'one', 'k2')));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal((await registry.call('GET', '/v1/prompts/b/-/versions')).json.data.length, 1);
  });
  it('is refused with a different request', async () => {
    await publish('c', 'one', 'k3');
    assertProblem(await publish('c', 'two', 'k3'), 422, 'idempotency_key_reused');
    assertProblem(await publish('d', 'one', 'k3'), 422, 'idempotency_key_reused');
  });
  it('belongs to the key that sent it', async () => {
    await publish('e', 'one', 'k4');
    const other = await publish('e', 'one', 'k4', 'development admin');
    assert.equal(other.status, 200, 'done by itself: the same as the newest');
  });
  it('does not store a refusal', async () => {
    assertProblem(await publish('f', '{{#if x}}', 'k5'), 422, 'invalid_source');
    assert.equal((await publish('f', 'right now', 'k5')).status, 201);
  });
  it('is forgotten after 24 hours', async () => {
    await publish('g', 'one', 'k6');
    now = new Date(now.getTime() + 24 * 3600 * 1000 - 1);
    assert.equal((await publish('g', 'one', 'k6')).status, 201);
    now = new Date(now.getTime() + 2);
    assert.equal((await publish('g', 'one', 'k6')).status, 200);
  });
  it('replays promotions too, instead of reporting them as already live', async () => {
    await registry.publish('h', 'x', null);
    const promote = () =>
      registry.call(
        'POST',
        '/v1/prompts/h/-/promotions',
        { environment: 'development', channel: 'stable', version: 1, reason: 'r', expected: null },
        { headers: { 'idempotency-key': 'k7' } },
      );
    const [first, again] = [await promote(), await promote()];
    assert.deepEqual([again.status, again.text], [201, first.text]);
  });
  it('has 1 to 255 characters', async () => {
    assertProblem(await publish('i', 'x', 'k'.repeat(256)), 422, 'invalid_request');
    assertProblem(await publish('i', 'x', ''), 422, 'invalid_request');
    assert.equal((await publish('i', 'x', 'k'.repeat(255))).status, 201);
  });
});
