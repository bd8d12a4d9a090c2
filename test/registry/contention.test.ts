/** Many at once, through two servers over one registry: one wins, the others are told, and nothing is lost. */
import assert from 'node:assert/strict';
import { runs } from '../runs.ts';
import { type Answered, aRegistry, assertProblem, type Json, type RegistryForTest } from './a-registry.ts';

const AUTHORS = runs(50, 25);
const PROMOTERS = 20;

describe('concurrent writes', () => {
  let one: RegistryForTest;
  let two: RegistryForTest;
  before(async () => {
    one = await aRegistry();
    two = await aRegistry({ folder: one.folder });
  });
  after(async () => {
    await two[Symbol.asyncDispose]();
    await one[Symbol.asyncDispose]();
  });
  const via = (index: number): RegistryForTest => (index % 2 === 0 ? one : two);

  const publish = (prompt: string, author: number, base: number | null): Promise<Answered> =>
    via(author).call(
      'POST',
      `/v1/prompts/${prompt}/-/versions`,
      { source: sourceOf(author), message: `By author ${author}`, base },
      { as: `development author author-${author}` },
    );

  it(`let one of ${AUTHORS} authors publish on a base, and tell the others which version won`, async () => {
    await one.publish('contended/base', 'the first', null);
    // Their keys are made before, so that they meet at the prompt and not at the door.
    await keysFor(AUTHORS, author => via(author).key('development', 'author', `author-${author}`));
    const answers = await all(AUTHORS, author => publish('contended/base', author, 1));
    const won = answers.filter(({ status }) => status === 201);
    assert.equal(won.length, 1);
    for (const answer of answers) {
      if (answer === won[0]) continue;
      assertProblem(answer, 409, 'base_outdated');
      assert.deepEqual(answer.json.newest, { version: 2, digest: won[0]?.json.digest });
    }
  });

  it(`keep the text of all ${AUTHORS} authors when the losers start again from the winning version`, async () => {
    await one.publish('contended/all', 'the first', null);
    await all(AUTHORS, async author => {
      for (let base = 1; ; ) {
        const answer = await publish('contended/all', author, base);
        if (answer.status === 201) return;
        assertProblem(answer, 409, 'base_outdated');
        assert.ok(answer.json.newest.version > base, 'the one that won is newer');
        base = answer.json.newest.version;
      }
    });
    const { json } = await one.call('GET', '/v1/prompts/contended/all/-/versions?limit=500');
    const published: Json[] = json.data.toReversed();
    assert.deepEqual(
      published.map(({ version, base }) => [version, base]),
      Array.from({ length: AUTHORS + 1 }, (_, index) => [index + 1, index === 0 ? null : index]),
    );
    const authors = new Set(published.slice(1).map(({ author }) => author));
    assert.equal(authors.size, AUTHORS);
  });

  it(`let one of ${PROMOTERS} promoters move a pointer`, async () => {
    for (let version = 0; version <= PROMOTERS; version++)
      await one.publish('contended/pointer', `Text ${version}`, version === 0 ? null : version);
    await one.promote('contended/pointer', 1, 'development');
    await keysFor(PROMOTERS, promoter =>
      via(promoter).key('development', 'approver', `promoter-${promoter}`),
    );
    const answers = await all(PROMOTERS, promoter =>
      via(promoter).call(
        'POST',
        '/v1/prompts/contended/pointer/-/promotions',
        {
          environment: 'development',
          channel: 'stable',
          version: promoter + 2,
          reason: `Of promoter ${promoter}`,
          expected: 1,
        },
        { as: `development approver promoter-${promoter}` },
      ),
    );
    const won = answers.filter(({ status }) => status === 201);
    assert.equal(won.length, 1);
    const version = won[0]?.json.version;
    for (const answer of answers) {
      if (answer === won[0]) continue;
      assertProblem(answer, 409, 'pointer_moved');
      assert.equal(answer.json.current, version);
    }
    const { json } = await two.call('GET', '/v1/prompts/contended/pointer/-/summary');
    assert.deepEqual(
      json.pointers.map((pointer: Json) => pointer.version),
      [version],
    );
  });
});

const sourceOf = (author: number): string => `What author ${author} wrote: {{mail}}\n`;

const all = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

async function keysFor(count: number, key: (index: number) => Promise<string>): Promise<void> {
  for (let index = 0; index < count; index++) await key(index);
}
