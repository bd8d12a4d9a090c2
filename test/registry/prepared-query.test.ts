/** A query that is put into SQL once asks what Kysely would ask each time. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { preparedQuery } from '../../src/registry/store/prepared-query.ts';
import type { IdempotencyTable } from '../../src/registry/store/tables.ts';
import { temporaryFolder } from '../temporary-folder.ts';

type Asked = Pick<IdempotencyTable, 'owner' | 'status'>;

describe('a prepared query', () => {
  it('is built once per engine, and uses new parameters each time', async () => {
    let built = 0;
    const put = preparedQuery((database, given: IdempotencyTable) => {
      built++;
      const { owner, idempotency_key, request, status, body, at } = given;
      return database
        .insertInto('idempotency')
        .values({ owner, idempotency_key, request, status, body, at })
        .onConflict(old => old.columns(['owner', 'idempotency_key']).doUpdateSet({ body, at }));
    });
    const ask = preparedQuery((database, { owner, status }: Asked) =>
      database
        .selectFrom('idempotency')
        .select(['idempotency_key', 'body', 'request'])
        .where('owner', '=', owner)
        .where('status', '=', status)
        .where('request', '=', 'always')
        .orderBy('idempotency_key')
        .limit(3),
    );
    await using folder = await temporaryFolder();
    const store = await openDataFolder(folder.path);
    const rows = fc.array(
      fc.record({
        owner: fc.constantFrom('a', 'b', "it's", 'owner', '?'),
        idempotency_key: fc.string({ minLength: 1, maxLength: 4 }),
        request: fc.constantFrom('always', 'never'),
        status: fc.constantFrom(200, 201),
        body: fc.string({ unit: 'grapheme' }),
        at: fc.constant('2026-01-01T00:00:00.000Z'),
      }),
      { maxLength: 12 },
    );
    try {
      await fc.assert(
        fc.asyncProperty(rows, async given => {
          await store.write(async transaction => {
            await transaction.deleteFrom('idempotency').execute();
            for (const row of given) await put(transaction, row);
          });
          for (const owner of ['a', "it's", '?'])
            for (const status of [200, 201]) {
              const asked = { owner, status };
              const found = await store.read(snapshot => ask(snapshot, asked));
              const plain = await store.read(snapshot =>
                snapshot
                  .selectFrom('idempotency')
                  .select(['idempotency_key', 'body', 'request'])
                  .where('owner', '=', owner)
                  .where('status', '=', status)
                  .where('request', '=', 'always')
                  .orderBy('idempotency_key')
                  .limit(3)
                  .execute(),
              );
              assert.deepEqual(found, plain);
            }
        }),
        { numRuns: 40 },
      );
      assert.equal(built, 1);
    } finally {
      await store.close();
    }
    await using another = await temporaryFolder();
    const other = await openDataFolder(another.path);
    await other.write(transaction =>
      put(transaction, {
        owner: 'a',
        idempotency_key: 'k',
        request: 'always',
        status: 200,
        body: '',
        at: '2026-01-01T00:00:00.000Z',
      }),
    );
    assert.equal((await other.read(snapshot => ask(snapshot, { owner: 'a', status: 200 }))).length, 1);
    await other.close();
    assert.equal(built, 2);
  });

  it('is refused in a snapshot that has ended', async () => {
    const ask = preparedQuery(database => database.selectFrom('idempotency').select('body'));
    await using folder = await temporaryFolder();
    const store = await openDataFolder(folder.path);
    try {
      const over = await store.read(async snapshot => {
        assert.deepEqual(await ask(snapshot, {}), []);
        return { snapshot };
      });
      await assert.rejects(ask(over.snapshot, {}), /already committed/);
    } finally {
      await store.close();
    }
  });
});
