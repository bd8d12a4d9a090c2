import assert from 'node:assert/strict';
import fc from 'fast-check';
import { digestOf } from '../../src/core/digest.ts';
import { runs } from '../runs.ts';
import { aRegistry, assertProblem, type Json, type RegistryForTest } from './a-registry.ts';

describe('lists', () => {
  let registry: RegistryForTest;
  const NAMES = ['a', 'a-b', 'a/b', 'a/c', 'a_b', 'support/_style', 'support/reply', 'support/triage', 'z'];
  before(async () => {
    registry = await aRegistry();
    for (const name of NAMES) await registry.publish(name, `text of ${name}`, null);
    for (let version = 1; version < 8; version++) await registry.publish('z', `z ${version}`, version);
    for (const version of [1, 2, 3, 1, 4]) await registry.promote('z', version, 'development');
    await registry.promote('a', 1, 'staging');
    await registry.call('POST', '/v1/prompts/a_b/-/archive', { reason: 'Not used' });
  });
  after(() => registry[Symbol.asyncDispose]());

  /** All items of a list, read in pages of `limit`. */
  const all = async (path: string, limit: number) => {
    const items: Json[] = [];
    let cursor: string | null = null;
    do {
      const mark: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { status, json } = await registry.call(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${mark}`,
      );
      assert.equal(status, 200);
      assert.ok(json.data.length <= limit);
      items.push(...json.data);
      cursor = json.nextCursor;
    } while (cursor !== null);
    return items;
  };
  const LISTS = [
    '/v1/prompts',
    '/v1/prompts?prefix=a',
    '/v1/prompts/z/-/versions',
    '/v1/promotions',
    '/v1/keys',
  ];

  it('give the same items for any page size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...LISTS), fc.integer({ min: 1, max: 12 }), async (path, limit) => {
        const place = (item: Json) => item.name ?? item.id ?? item.version;
        assert.deepEqual((await all(path, limit)).map(place), (await all(path, 500)).map(place));
      }),
      { numRuns: runs(40, 15) },
    );
  });
  it('of prompts are sorted by name, without archived ones unless requested', async () => {
    const names = async (query = '') => (await all(`/v1/prompts${query}`, 4)).map(({ name }) => name);
    const sorted = NAMES.toSorted();
    assert.deepEqual(await names('?archived=true'), sorted);
    assert.deepEqual(
      await names(),
      sorted.filter(name => name !== 'a_b'),
    );
    assert.deepEqual(await names('?prefix=support/'), ['support/_style', 'support/reply', 'support/triage']);
    assert.deepEqual(await names('?prefix=support/t'), ['support/triage']);
    assert.deepEqual(await names('?prefix=q'), []);
    assert.deepEqual(await names('?prefix=%25'), []);
  });
  it('of prompts include the newest version, the pointers, and partials with newer versions', async () => {
    const { json } = await registry.call('GET', '/v1/prompts?prefix=z');
    const [z] = json.data;
    assert.equal(z.newest.version, 8);
    assert.equal('source' in z.newest, false);
    assert.deepEqual(
      z.pointers.map((pointer: Json) => [pointer.environment, pointer.channel, pointer.version]),
      [['development', 'stable', 4]],
    );
    await using own = await aRegistry();
    await own.publish('support/_style', 'older', null);
    await own.publish('support/uses', 'x {{> style}}', null);
    const uses = async () => (await own.call('GET', '/v1/prompts/support/uses/-/summary')).json;
    assert.deepEqual((await uses()).outdatedPartials, []);
    await own.publish('support/_style', 'newer', 1);
    assert.deepEqual((await uses()).outdatedPartials, [{ prompt: 'support/_style', used: 1, newest: 2 }]);
  });
  it('of versions are newest first', async () => {
    assert.deepEqual(
      (await all('/v1/prompts/z/-/versions', 3)).map(({ version }) => version),
      [8, 7, 6, 5, 4, 3, 2, 1],
    );
    assertProblem(await registry.call('GET', '/v1/prompts/nobody/-/versions'), 404, 'prompt_not_found');
  });
  it('of promotions are newest first, and filtered by state, environment and prompt', async () => {
    const moves = async (query: string) =>
      (await all(`/v1/promotions?${query}`, 2)).map(({ prompt, from, version, rollback }) => [
        prompt,
        from,
        version,
        rollback,
      ]);
    assert.deepEqual(await moves('prompt=z'), [
      ['z', 1, 4, false],
      ['z', 3, 1, true],
      ['z', 2, 3, false],
      ['z', 1, 2, false],
      ['z', null, 1, false],
    ]);
    assert.deepEqual(await moves('environment=staging'), [['a', null, 1, false]]);
    assert.deepEqual(await moves('state=pending'), []);
    assertProblem(await registry.call('GET', '/v1/promotions?state=done'), 422, 'invalid_request');
    assertProblem(
      await registry.call('GET', '/v1/promotions?environment=prodution'),
      404,
      'environment_not_found',
    );
  });
  it('refuse invalid limits and foreign cursors', async () => {
    for (const limit of ['0', '501', 'x', '1.5', '-1'])
      assertProblem(await registry.call('GET', `/v1/prompts?limit=${limit}`), 422, 'invalid_request');
    const { json } = await registry.call('GET', '/v1/prompts?limit=1');
    for (const path of LISTS.slice(2))
      assertProblem(
        await registry.call('GET', `${path}?cursor=${json.nextCursor}`),
        422,
        'invalid_request',
        /cursor/,
      );
    await fc.assert(
      fc.asyncProperty(fc.base64String({ minLength: 1, maxLength: 40 }), async text => {
        const cursor = encodeURIComponent(text);
        for (const path of LISTS.slice(2))
          assertProblem(await registry.call('GET', `${path}?cursor=${cursor}`), 422, 'invalid_request');
      }),
      { numRuns: runs(20, 8) },
    );
  });
  it('of versions in a batch keep the requested order, and name those that do not exist', async () => {
    const batch = (refs: unknown) => registry.call('POST', '/v1/versions/batch', { refs });
    const { status, json } = await batch(['z@3', 'a@1', 'nobody@1', 'z@99', 'z@3']);
    assert.equal(status, 200);
    assert.deepEqual(
      json.data.map((one: Json) => `${one.prompt}@${one.version} ${one.source}`),
      ['z@3 z 2', 'a@1 text of a'],
    );
    assert.deepEqual(json.missing, ['nobody@1', 'z@99']);
    assertProblem(await batch(['z']), 422, 'invalid_request');
    assertProblem(await batch(['../z@1']), 422, 'invalid_name');
    assertProblem(await batch([]), 422, 'invalid_request');
    assertProblem(await batch(Array(501).fill('z@1')), 422, 'invalid_request');
    assert.equal((await batch(Array.from({ length: 500 }, (_, n) => `z@${n + 1}`))).json.missing.length, 492);
  });
});

describe('comparing versions', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    await registry.publish('p', 'one\ntwo\nthree\n', null);
    await registry.publish('p', 'one\n2\nthree\n', 1);
    await registry.promote('p', 1, 'staging');
  });
  after(() => registry[Symbol.asyncDispose]());
  const diff = (query: string, headers = {}) =>
    registry.call('GET', `/v1/prompts/p/-/diff?${query}`, undefined, { headers });

  it('gives a unified diff that names both versions', async () => {
    const { text, headers } = await diff('from=1&to=2');
    assert.equal(headers.get('content-type'), 'text/x-diff; charset=utf-8');
    assert.match(text, /^--- p@1\n\+\+\+ p@2\n@@ -1,3 \+1,3 @@\n one\n-two\n\+2\n three\n$/);
    assert.equal((await diff('from=stable@staging&to=latest@production')).text, text);
    assert.equal((await diff('from=2&to=2')).text, '');
  });
  it('gives both versions as JSON', async () => {
    const { json } = await diff('from=stable@staging&to=2', { accept: 'application/json' });
    assert.deepEqual([json.prompt, json.from.version, json.to.version], ['p', 1, 2]);
    assert.equal(json.to.digest, digestOf('one\n2\nthree\n'));
    assert.equal('source' in json.to, false);
  });
  it('includes the partials whose versions differ, and the text they produce', async () => {
    await registry.publish('c/_inner', 'inner one\n', null);
    await registry.publish('c/_outer', '{{> inner}}outer\n', null);
    await registry.publish('c/_same', 'same {{today}}\n', null);
    await registry.publish('c/p', '{{> outer}}{{> same}}', null);
    await registry.publish('c/_inner', 'inner two {{branch}}\n', 1);
    await registry.publish('c/_outer', '{{> inner}}outer\n', 1);
    await registry.publish('c/p', '{{> outer}}{{> same}}', 1);
    const path = '/v1/prompts/c/p/-/diff';
    const { text } = await registry.call('GET', `${path}?from=1&to=2`);
    assert.equal(
      text,
      `--- c/_inner@1
+++ c/_inner@2
@@ -1,1 +1,1 @@
-inner one
+inner two {{branch}}
--- c/p@1 (resolved)
+++ c/p@2 (resolved)
@@ -1,3 +1,3 @@
-inner one
+inner two {{branch}}
 outer
 same {{today}}
`,
    );
    const headers = { accept: 'application/json' };
    const { json } = await registry.call('GET', `${path}?from=1&to=2`, undefined, { headers });
    assert.equal(json.diff, text);
    assert.deepEqual(
      json.parts.map(({ kind, from, to, diff }: Json) => [kind, from, to, diff !== '']),
      [
        ['partial', 'c/_inner@1', 'c/_inner@2', true],
        ['partial', 'c/_outer@1', 'c/_outer@2', false],
        ['resolved', 'c/p@1 (resolved)', 'c/p@2 (resolved)', true],
      ],
    );
    assert.deepEqual(json.inputs, [
      { name: 'branch', change: 'added', breaking: true, declared: false, from: null, to: null },
    ]);
  });
  it('names a partial that only one side uses, and inputs no longer used', async () => {
    await registry.publish('d/_style', 'Be kind.\n', null);
    const source = (...lines: string[]) => `---\ninput:\n  schema:\n    a: string\n---\n${lines.join('\n')}`;
    await registry.publish('d/p', source('{{a}}'), null);
    await registry.publish('d/p', '{{> style}}', 1);
    const headers = { accept: 'application/json' };
    const { json } = await registry.call('GET', '/v1/prompts/d/p/-/diff?from=1&to=2', undefined, { headers });
    const [, partial] = json.parts;
    assert.deepEqual([partial.kind, partial.from, partial.to], ['partial', null, 'd/_style@1']);
    assert.match(partial.diff, /^--- \/dev\/null\n\+\+\+ d\/_style@1\n@@ -0,0 \+1,1 @@\n\+Be kind\.\n$/);
    assert.deepEqual(json.inputs, [
      { name: 'a', change: 'removed', breaking: true, declared: true, from: 'string', to: null },
    ]);
  });
  it('says what is wrong with a version reference', async () => {
    assertProblem(await diff('from=1'), 422, 'invalid_request', /\/to/);
    assertProblem(await diff('from=1&to=9'), 404, 'version_not_found');
    assertProblem(await diff('from=1&to=stable@production'), 404, 'channel_unset');
    assertProblem(await diff('from=1&to=stable@moon'), 404, 'environment_not_found');
    assertProblem(await diff('from=1&to=Stable@staging'), 422, 'invalid_request');
    assertProblem(await diff('from=one&to=1'), 422, 'invalid_request');
    assertProblem(await diff('from=1&to=2', { accept: 'text/html' }), 406, 'not_acceptable');
  });
});
