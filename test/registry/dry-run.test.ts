/** `?dryRun=true`: it answers what publishing would, refusals included, and leaves no trace. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runs } from '../runs.ts';
import { aRegistry, assertProblem, type RegistryForTest } from './a-registry.ts';

const NAMES = ['p', 'P', 'folder/p', 'Folder/q', '_part', 'old'];
const SOURCES = [
  'One',
  'Two',
  '{{> part}}',
  '{{> nowhere}}',
  '{{#if a}}',
  '---\ninput:\n  schema:\n    a: {type: nonsense}\n---\n{{a}}',
  `${'x'.repeat(1024 * 1024)}y`,
  `${'Long '.repeat(1000)}`,
];
const CALLERS = ['development author mara', 'development reader', 'production author'];

describe('a dry run of a publication', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    for (const as of CALLERS) await registry.key(...(as.split(' ') as ['development', 'author', 'mara']));
    await registry.publish('_part', 'Part', null);
    await registry.publish('old', 'One', null);
    await registry.call('POST', '/v1/prompts/old/-/archive', {});
  });
  after(() => registry.close());

  const events = async () => (await registry.call('GET', '/v1/changes?limit=1000')).json.events.length;

  it('returns what publishing then returns, and writes nothing', async () => {
    const publication = fc.record({
      name: fc.constantFrom(...NAMES),
      source: fc.constantFrom(...SOURCES),
      base: fc.constantFrom(null, 1, 2, 3),
      as: fc.constantFrom(...CALLERS),
    });
    await fc.assert(
      fc.asyncProperty(publication, async ({ name, source, base, as }) => {
        const path = `/v1/prompts/${name}/-/versions`;
        const body = { source, message: 'Why', base };
        const before = await events();
        const tried = await registry.call('POST', `${path}?dryRun=true`, body, { as });
        assert.equal(await events(), before);
        const done = await registry.call('POST', `${path}?dryRun=false`, body, { as });
        if (done.status >= 400) {
          assert.deepEqual([tried.status, tried.json], [done.status, done.json]);
          return;
        }
        assert.equal(tried.status, 200);
        assert.equal(tried.headers.get('location'), null);
        const { wouldCreate, publishedAt, ...version } = tried.json;
        const { publishedAt: at, ...published } = done.json;
        assert.deepEqual([version, wouldCreate], [published, done.status === 201]);
        assert.ok(done.status === 201 || publishedAt === at);
      }),
      { numRuns: runs(300, 60) },
    );
  });

  it('neither uses up an Idempotency-Key nor replays its answer', async () => {
    const path = '/v1/prompts/keyed/-/versions';
    const headers = { 'idempotency-key': 'once' };
    const one = { source: 'One', message: '', base: null };
    assert.equal((await registry.call('POST', `${path}?dryRun=true`, one, { headers })).json.version, 1);
    const two = { ...one, source: 'Two' };
    const published = await registry.call('POST', path, two, { headers });
    assert.equal(published.status, 201);
    const tried = await registry.call('POST', `${path}?dryRun=true`, one, { headers });
    assertProblem(tried, 409, 'base_outdated');
  });
});
