/** GET /v1/search: which versions added a text, or removed it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { textChange } from '../../src/core/changed-lines.ts';
import { Problem } from '../../src/core/problem.ts';
import type { TextChangeWork } from '../../src/registry/http/work.ts';
import { searchVersions } from '../../src/registry/search/search.ts';
import { searchIndex } from '../../src/registry/search/search-index.ts';
import { runs } from '../runs.ts';
import { aRegistry, assertProblem, type Json, type RegistryForTest } from './a-registry.ts';

const queryOf = (query: Record<string, string | number>) =>
  new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();

describe('the search in all versions', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
  });
  after(() => registry.close());

  const search = (query: Record<string, string | number>, as = 'development author') =>
    registry.call('GET', `/v1/search?${queryOf(query)}`, undefined, { as });
  const told = (hit: Json) => [
    `${hit.version.prompt}@${hit.version.version}`,
    hit.change,
    hit.before,
    hit.after,
  ];

  it('names the versions that introduced, added and removed a text, newest first', async () => {
    await registry.publish('one/fees', 'Hello.', null);
    await registry.publish('one/fees', 'Hello.\nThe FEE is 5.', 1, { as: 'development author mara' });
    await registry.publish('one/fees', 'Hello!\nThe fee is 5.', 2);
    await registry.publish('one/fees', 'Hello!\nThe fee is 5.\nNo other fee.', 3);
    await registry.publish('one/fees', 'Hello!', 4);
    const { status, json } = await search({ text: 'fee', prompt: 'one/fees' });
    assert.equal(status, 200);
    assert.deepEqual(json.data.map(told), [
      ['one/fees@5', 'removed', 2, 0],
      ['one/fees@4', 'added', 1, 2],
      ['one/fees@2', 'added', 0, 1],
    ]);
    assert.equal(json.nextCursor, null);
    const [removed, , introduced] = json.data;
    assert.deepEqual([removed.line, removed.text], [2, 'The fee is 5.']);
    assert.deepEqual([introduced.line, introduced.text], [2, 'The FEE is 5.']);
    assert.equal(introduced.version.author, 'mara');
    assert.equal(introduced.version.message, 'About one/fees');
    assert.equal(introduced.version.source, undefined);
    const cased = await search({ text: 'FEE', prompt: 'one/fees', matchCase: 'true' });
    assert.deepEqual(cased.json.data.map(told), [
      ['one/fees@3', 'removed', 1, 0],
      ['one/fees@2', 'added', 0, 1],
    ]);
  });
  it('ignores how an accent is encoded, even when matching case', async () => {
    await registry.publish('accents', 'Ein Cafe\u0301.', null);
    for (const matchCase of ['true', 'false']) {
      const { json } = await search({ text: 'Café', prompt: 'accents', matchCase });
      assert.deepEqual(json.data.map(told), [['accents@1', 'added', 0, 1]], matchCase);
    }
    assert.deepEqual((await search({ text: 'café', prompt: 'accents', matchCase: 'true' })).json.data, []);
  });
  it('covers every prompt unless one is named, including archived ones', async () => {
    await registry.publish('all/a', 'zebra', null);
    await registry.publish('all/b', 'a zebra', null);
    const reason = { reason: 'Old' };
    await registry.call('POST', '/v1/prompts/all/a/-/archive', reason, { as: 'production admin' });
    const { json } = await search({ text: 'ZEBRA' });
    assert.deepEqual(json.data.map(told), [
      ['all/b@1', 'added', 0, 1],
      ['all/a@1', 'added', 0, 1],
    ]);
    assert.deepEqual((await search({ text: 'zebra', prompt: 'all/a' })).json.data.map(told), [
      ['all/a@1', 'added', 0, 1],
    ]);
    assertProblem(await search({ text: 'zebra', prompt: 'all/none' }), 404, 'prompt_not_found');
  });
  it('matches single characters, %, _, a backslash, emoji and right-to-left text literally', async () => {
    await registry.publish('odd/text', 'Save 5%_\\ now 🦓\nדמי טיפול\ncafe\u0301 ﷽', null);
    for (const text of ['%', '%_', '\\', '🦓', 'טיפול', 'CAFÉ', '﷽'])
      assert.deepEqual((await search({ text, prompt: 'odd/text' })).json.data.map(told), [
        ['odd/text@1', 'added', 0, 1],
      ]);
    for (const text of ['5_', '%%', '+save', '-save', 'now 🦓 דמי'])
      assert.deepEqual((await search({ text, prompt: 'odd/text' })).json.data, [], text);
  });
  it('shows the part of a long line around the text', async () => {
    await registry.publish('odd/long', `${'x'.repeat(500)} wombat ${'y'.repeat(500)}`, null);
    const [hit] = (await search({ text: 'Wombat' })).json.data;
    assert.ok(hit.text.length <= 240 && hit.text.includes(' wombat '));
  });
  it('pages without gaps or repetitions', async () => {
    for (let version = 1; version <= 7; version++)
      await registry.publish('pages/p', 'okapi\n'.repeat(version), version === 1 ? null : version - 1);
    const versions: number[] = [];
    let cursor: string | undefined;
    do {
      const { json } = await search({ text: 'okapi', limit: 2, ...(cursor && { cursor }) });
      assert.ok(json.data.length <= 2);
      versions.push(...json.data.map((hit: Json) => hit.version.version));
      cursor = json.nextCursor ?? undefined;
    } while (cursor !== undefined);
    assert.deepEqual(versions, [7, 6, 5, 4, 3, 2, 1]);
  });
  it('returns what it has when its time is up, and continues from there', async () => {
    for (let version = 1; version <= 6; version++)
      await registry.publish('time/p', 'tapir\n'.repeat(version), version === 1 ? null : version - 1);
    await search({ text: 'tapir' });
    const { signal } = new AbortController();
    const work = {
      textChange: async ({ before, after, text }: TextChangeWork) => textChange(before, after, text),
    };
    const parts = {
      store: registry.store,
      work,
      asker: () => ({ key: 'a' }),
      mayRead: async () => true,
      signal,
    };
    for (const limits of [
      { milliseconds: 0, bytes: Number.POSITIVE_INFINITY },
      { milliseconds: 60_000, bytes: 0 },
    ]) {
      const versions: number[] = [];
      let before = Number.MAX_SAFE_INTEGER;
      for (;;) {
        const asked = { text: 'tapir', prompt: undefined, matchCase: false, before, limit: 100 };
        const { hits, next } = await searchVersions(parts, asked, limits);
        assert.ok(hits.length <= 1);
        versions.push(...hits.map(({ version }) => version.version));
        if (next === undefined) break;
        assert.ok(next < before);
        before = next;
      }
      assert.deepEqual(versions, [6, 5, 4, 3, 2, 1]);
    }
    const gone = { ...parts, signal: AbortSignal.abort(new Error('gone')) };
    const asked = { text: 'tapir', prompt: undefined, matchCase: false, before: 1000, limit: 1 };
    await assert.rejects(searchVersions(gone, asked), /gone/);
  });
  it('refuses empty, multi-line and long texts with a clear message', async () => {
    for (const text of ['', ' ', '\u200b'])
      assertProblem(await search({ text }), 422, 'invalid_request', /nothing/);
    assertProblem(await search({ text: 'a\nb' }), 422, 'invalid_request', /one line/);
    assertProblem(await search({ text: 'x'.repeat(201) }), 422, 'invalid_request', /200 characters/);
    assertProblem(await registry.call('GET', '/v1/search'), 422, 'invalid_request', /text/);
    assertProblem(await search({ text: 'x', cursor: 'x' }), 422, 'invalid_request', /cursor/);
    assertProblem(await search({ text: 'x', limit: 101 }), 422, 'invalid_request');
    assertProblem(await search({ text: 'x' }, 'production reader'), 403, 'role_too_low');
  });
  it('reveals nothing of a draft to those who may not read it', async () => {
    await registry.publish('secret/plan', 'Narwhal one.', null);
    await registry.promote('secret/plan', 1, 'staging');
    await registry.publish('secret/plan', 'Narwhal one.\nNarwhal two.', 1);
    await registry.publish('secret/plan', 'None.', 2);
    await registry.promote('secret/plan', 3, 'staging');
    const of = async (as: string) => (await search({ text: 'narwhal' }, as)).json.data.map(told);
    assert.deepEqual(await of('production author'), [['secret/plan@1', 'added', 0, 1]]);
    for (const each of ['production approver', 'development author'])
      assert.equal((await of(each)).length, 3);
  });
  it('does not reveal a match in a draft by offering another page', async () => {
    await registry.publish('secret/first', 'Bongo.', null);
    await registry.publish('secret/shown', 'Bongo.', null);
    await registry.promote('secret/shown', 1, 'staging');
    const { json } = await search({ text: 'bongo', limit: 1 }, 'production author');
    assert.deepEqual([json.data.map(told), json.nextCursor], [[['secret/shown@1', 'added', 0, 1]], null]);
    const next = (await search({ text: 'bongo', limit: 1 }, 'production approver')).json.nextCursor;
    assert.notEqual(next, null);
  });
  it('agrees with the sources themselves, whatever they are', async () => {
    const line = fc.constantFrom('quokka', 'Quokka, quokka', 'İ quokka', 'other', '');
    let prompt = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(line, { maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        async sources => {
          prompt += 1;
          const name = `law/p${prompt}`;
          let newest: string | undefined;
          let number = 0;
          const expected: unknown[] = [];
          for (const lines of sources) {
            const source = `${lines.join('\n')}\n.`;
            if (source === newest) continue;
            await registry.publish(name, source, number === 0 ? null : number);
            number += 1;
            const change = textChange(newest, source, 'quokka');
            if (change) expected.unshift([`${name}@${number}`, change.change, change.before, change.after]);
            newest = source;
          }
          assert.deepEqual((await search({ text: 'QUOKKA', prompt: name })).json.data.map(told), expected);
        },
      ),
      { numRuns: runs(40, 8) },
    );
  });
});

describe('the search index', () => {
  it('covers what was published before, and is updated', async () => {
    await using registry = await aRegistry();
    await registry.publish('index/p', 'lemur', null);
    await registry.publish('index/p', 'none', 1);
    const count = async () => (await registry.call('GET', '/v1/search?text=lemur')).json.data.length;
    assert.equal(await count(), 2);
    await registry.publish('index/p', 'lemur, lemur', 2);
    assert.equal(await count(), 3);
  });
  it('is built by several processes at once without repeating a version', async () => {
    await using registry = await aRegistry();
    for (let version = 1; version <= 20; version++)
      await registry.publish('index/p', `lemur ${version}`, version === 1 ? null : version - 1);
    const { signal } = new AbortController();
    const work = {
      changedLines: async (pairs: readonly unknown[]) => pairs.map(() => ''),
    };
    await Promise.all([1, 2, 3].map(() => searchIndex(registry.store, work, signal).complete(signal)));
    const rows = await registry.store.read(snapshot =>
      snapshot.selectFrom('version_changes').select(['seq', 'version']).orderBy('seq').execute(),
    );
    assert.deepEqual(
      rows.map(({ version }) => Number(version)),
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });
  it('makes no search wait longer than its limit, and is built in the meantime', async () => {
    await using registry = await aRegistry();
    await registry.publish('index/p', 'lemur', null);
    const { signal } = new AbortController();
    const gate = Promise.withResolvers<void>();
    const work = {
      async changedLines(pairs: readonly unknown[]) {
        await gate.promise;
        return pairs.map(() => '+lemur');
      },
    };
    const index = searchIndex(registry.store, work, signal, { patience: 1 });
    await assert.rejects(index.complete(signal), error => Problem.is(error, 'unavailable'));
    gate.resolve();
    const patient = searchIndex(registry.store, work, signal);
    await patient.complete(signal);
    await assert.rejects(index.complete(AbortSignal.abort(new Error('gone'))), /gone/);
  });
});
