/** Where the text of a version comes from: what a publication may state, and where it is told afterwards. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { aRegistry, assertProblem, type CallOptions, type Json, type RegistryForTest } from './a-registry.ts';

const COMMIT = '5f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b';
const ORIGIN = {
  author: 'Mára 李',
  commit: COMMIT,
  pullRequest: 'https://github.com/o/r/pull/12',
  repository: 'https://github.com/o/r',
};

describe('the origin of a version', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
  });
  after(() => registry[Symbol.asyncDispose]());

  const publish = (prompt: string, content: object, options?: CallOptions) =>
    registry.call(
      'POST',
      `/v1/prompts/${prompt}/-/versions`,
      { message: '', base: null, ...content },
      options,
    );
  const get = async (path: string): Promise<Json> => (await registry.call('GET', path)).json;

  it('is returned with the version everywhere, and in its event', async () => {
    const made = await publish('told', { source: 'One', origin: ORIGIN });
    assert.deepEqual([made.status, made.json.origin], [201, ORIGIN]);
    await registry.publish('told', 'Two', 1);
    const of = async (path: string, pick: (json: Json) => Json) => pick(await get(path))?.origin;
    assert.deepEqual(await of('/v1/prompts/told/-/versions/1', json => json), ORIGIN);
    assert.deepEqual(await of('/v1/prompts/told/-/versions', ({ data }) => data[1]), ORIGIN);
    const headers = { accept: 'application/json' };
    const diff = await registry.call('GET', '/v1/prompts/told/-/diff?from=1&to=2', undefined, { headers });
    assert.deepEqual([diff.json.from.origin, diff.json.to.origin], [ORIGIN, undefined]);
    const { json: batch } = await registry.call('POST', '/v1/versions/batch', { refs: ['told@1', 'told@2'] });
    assert.deepEqual(
      batch.data.map(({ origin }: Json) => origin),
      [ORIGIN, undefined],
    );
    await registry.promote('told', 1, 'development');
    assert.deepEqual(await of('/v1/prompts/told/-/live?environment=development', json => json), ORIGIN);
    const { events } = await get('/v1/changes?limit=1000');
    const published = events.filter(
      ({ kind, prompt }: Json) => kind === 'version.published' && prompt === 'told',
    );
    assert.deepEqual(published[0].data.origin, ORIGIN);
  });

  it('is absent when none was given', async () => {
    await registry.publish('absent', 'One', null);
    await registry.promote('absent', 1, 'development');
    for (const path of ['versions/1', 'summary', 'live?environment=development'])
      assert.doesNotMatch((await registry.call('GET', `/v1/prompts/absent/-/${path}`)).text, /origin/, path);
  });

  it('is returned for a newest version, and for one with a long source', async () => {
    const { json } = await publish('long', { source: 'x'.repeat(200_000), origin: ORIGIN });
    assert.deepEqual(json.origin, ORIGIN);
    assert.deepEqual((await get('/v1/prompts/long/-/versions/1')).origin, ORIGIN);
    assert.deepEqual((await get('/v1/prompts/long/-/summary')).newest.origin, ORIGIN);
    const { data } = await get('/v1/prompts?prefix=long');
    assert.deepEqual(data[0].newest.origin, ORIGIN);
  });

  it('is stored normalized, with any of its fields alone', async () => {
    const cases: readonly (readonly [given: object, kept: object])[] = [
      [{ commit: '5F0C1A2' }, { commit: '5f0c1a2' }],
      [{ commit: 'a'.repeat(64) }, { commit: 'a'.repeat(64) }],
      [
        { pullRequest: 'HTTPS://GitHub.com:443/o/../r/pull/1' },
        { pullRequest: 'https://github.com/r/pull/1' },
      ],
      [{ repository: 'http://gitlab.bank.example/ü' }, { repository: 'http://gitlab.bank.example/%C3%BC' }],
      [{ author: 'a'.repeat(200) }, { author: 'a'.repeat(200) }],
    ];
    for (const [index, [given, kept]] of cases.entries()) {
      const { status, json } = await publish(`parsed/p${index}`, { source: 'One', origin: given });
      assert.deepEqual([status, json.origin], [201, kept], JSON.stringify(given));
    }
  });

  it('is refused without repeating its value, and nothing is published', async () => {
    const secret = 'hunter2hunter2';
    const cases: readonly (readonly [origin: unknown, pointer: string, told: RegExp])[] = [
      [{ commit: '5f0c1a' }, '/origin/commit', /7 to 64 hexadecimal digits/],
      [{ commit: 'a'.repeat(65) }, '/origin/commit', /7 to 64 hexadecimal digits/],
      [{ commit: `${COMMIT}\n` }, '/origin/commit', /7 to 64 hexadecimal digits/],
      [{ commit: 'main' }, '/origin/commit', /7 to 64 hexadecimal digits/],
      [{ commit: null }, '/origin/commit', /must be text/],
      [{ author: '' }, '/origin/author', /shows nothing/],
      [{ author: ' \u200b' }, '/origin/author', /shows nothing/],
      [{ author: 'a'.repeat(201) }, '/origin/author', /at most 200 characters/],
      [{ author: 'a\nb' }, '/origin/author', /one line/],
      [{ author: 'a\u202eb' }, '/origin/author', /invisible/],
      [{ author: 'a\u200bb' }, '/origin/author', /invisible/],
      [{ author: 'a\u0000b' }, '/origin/author', /control/],
      [{ pullRequest: '12' }, '/origin/pullRequest', /begins with https/],
      [{ pullRequest: 'javascript:alert(1)' }, '/origin/pullRequest', /begins with https/],
      [{ pullRequest: 'command:workbench.action' }, '/origin/pullRequest', /begins with https/],
      [{ pullRequest: 'file:///etc/passwd' }, '/origin/pullRequest', /begins with https/],
      [{ pullRequest: 'https://a.example/p q' }, '/origin/pullRequest', /begins with https/],
      [{ pullRequest: 'https://a.exa\tmple/' }, '/origin/pullRequest', /invisible/],
      [{ pullRequest: 'https://a.example/\u202e' }, '/origin/pullRequest', /invisible/],
      [{ pullRequest: `https://a.example/${'x'.repeat(500)}` }, '/origin/pullRequest', /at most 500/],
      [{ pullRequest: `https://a.example/${'ü'.repeat(100)}` }, '/origin/pullRequest', /at most 500/],
      [{ pullRequest: `https://u:${secret}@a.example/` }, '/origin/pullRequest', /user name or a password/],
      [{ repository: `https://${secret}@a.example/` }, '/origin/repository', /user name or a password/],
      [{ repository: `https://a.example/?private_token=${secret}` }, '/origin/repository', /query/],
      [{ repository: `https://a.example/#access_token=${secret}` }, '/origin/repository', /fragment/],
      [{ repository: `https://a.example/glpat-${secret}${secret}` }, '/origin/repository', /a GitLab token/],
      [{ repository: 'git@a.example:o/r.git' }, '/origin/repository', /begins with https/],
      [{ commit: COMMIT, branch: 'main' }, '/origin/branch', /not known here/],
      [{}, '/origin', /at least one of author, commit, pullRequest and repository/],
      [null, '/origin', /must be an object/],
      ['abc', '/origin', /must be an object/],
    ];
    for (const [origin, pointer, told] of cases) {
      const answered = await publish('refused', { source: 'One', origin });
      assertProblem(answered, 422, 'invalid_request', told);
      assert.equal(answered.json.fields[0].pointer, pointer, answered.text);
      assert.doesNotMatch(answered.text, /hunter2/);
    }
    assertProblem(await registry.call('GET', '/v1/prompts/refused/-/summary'), 404, 'prompt_not_found');
  });

  it('is one line of visible characters, or refused', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
      fc.webUrl({ withQueryParameters: true }),
    );
    let count = 0;
    const stated = fc.record({ author: text, pullRequest: text, repository: text }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(stated, async origin => {
        const { status, json } = await publish(`any/p${count++}`, { source: 'One', origin });
        if (status !== 201) return assert.equal(status, 422);
        for (const value of Object.values<string>(json.origin))
          assert.doesNotMatch(value, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        for (const url of [json.origin.pullRequest, json.origin.repository])
          if (url !== undefined) assert.equal(new URL(url).href, url);
      }),
      { numRuns: 50 },
    );
  });

  it('does not make a new version of the same source, which keeps its first origin', async () => {
    await publish('same', { source: 'One', origin: ORIGIN });
    const other = { ...ORIGIN, commit: 'b'.repeat(40) };
    const again = await publish('same', { source: 'One', base: 1, origin: other });
    assert.deepEqual([again.status, again.json.version, again.json.origin], [200, 1, ORIGIN]);
  });

  it('is part of what an Idempotency-Key repeats', async () => {
    const headers = { 'idempotency-key': 'origin' };
    const one = { source: 'One', origin: ORIGIN };
    const made = await publish('keyed', one, { headers });
    assert.deepEqual((await publish('keyed', one, { headers })).text, made.text);
    const other = { ...one, origin: { commit: 'b'.repeat(40) } };
    assertProblem(await publish('keyed', other, { headers }), 422, 'idempotency_key_reused');
  });

  it('is checked and returned by a dry run', async () => {
    const path = '/v1/prompts/tried/-/versions?dryRun=true';
    const content = { source: 'One', message: '', base: null, origin: ORIGIN };
    const { status, json } = await registry.call('POST', path, content);
    assert.deepEqual([status, json.origin, json.wouldCreate], [200, ORIGIN, true]);
    const wrong = { ...content, origin: { commit: 'x' } };
    assertProblem(await registry.call('POST', path, wrong), 422, 'invalid_request', /origin/);
    assertProblem(await registry.call('GET', '/v1/prompts/tried/-/summary'), 404, 'prompt_not_found');
  });
});
