/** A process that only delivers, beside one that does everything, on one data folder. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ROUTES, type Route, type RouteName } from '../../src/contract/routes.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { DATABASE_FILE, openDataFolder } from '../../src/registry/data-folder.ts';
import { DataFolderProblem } from '../../src/registry/data-folder-problem.ts';
import { readOnlyStore } from '../../src/registry/store/store.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Answered, aRegistry, ask, assertProblem, type RegistryForTest } from './a-registry.ts';

const SERVED: readonly RouteName[] = [
  'deliver',
  'deliverAll',
  'deliveryChanges',
  'langfusePrompt',
  'healthz',
  'readyz',
  'metrics',
];

describe('a delivery-only process', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let whole: RegistryForTest;
  let delivering: RegistryForTest;
  let reader: string;
  before(async () => {
    folder = await temporaryFolder();
    whole = await aRegistry({ folder: folder.path, environments: defaultEnvironments(0) });
    await whole.publish('team/a', 'First.', null);
    await whole.promote('team/a', 1, 'staging');
    reader = await whole.key('staging', 'reader');
    const store = await openDataFolder(folder.path, { readOnly: true });
    delivering = await aRegistry({ store, serving: { deliveryOnly: true } });
  });
  after(async () => {
    await delivering?.[Symbol.asyncDispose]();
    await whole?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  const deliver = (path = 'team/a', key = reader, headers = {}): Promise<Answered> =>
    ask(delivering.url, 'GET', `/v1/prompts/${path}`, undefined, {
      authorization: `Bearer ${key}`,
      ...headers,
    });

  it('answers exactly as the full process does, byte for byte', async () => {
    const queries = ['', '?version=1', '?channel=latest', '?version=9', '?channel=none'];
    for (const query of queries)
      for (const accept of ['text/plain', 'application/json', 'image/png']) {
        const path = `/v1/prompts/team/a${query}`;
        const headers = { authorization: `Bearer ${reader}`, accept };
        const [one, other] = await Promise.all(
          [whole, delivering].map(({ url }) => ask(url, 'GET', path, undefined, headers)),
        );
        const shown = ({ status, text, headers }: Answered) => [status, text, headers.get('etag')];
        assert.deepEqual(shown(other!), shown(one!), `${query} ${accept}`);
      }
  });

  it('shows a promotion, a rollback and a revoked key as soon as the full process has answered', async () => {
    await whole.publish('team/b', 'One.', null);
    await whole.publish('team/b', 'Two.', 1);
    const leaving = await whole.key('staging', 'reader', 'leaver');
    for (const [version, text] of [
      [1, 'One.'],
      [2, 'Two.'],
      [1, 'One.'],
    ] as const) {
      await whole.promote('team/b', version, 'staging');
      await eventually('the promotion', async () => (await deliver('team/b', leaving)).text === text);
    }
    assertProblem(await deliver('team/b?channel=canary'), 403, 'channel_not_served');
    const id = leaving.split('_')[2];
    await whole.call('POST', `/v1/keys/${id}/revoke`, undefined, { as: 'staging admin' });
    await eventually('refused', async () => (await deliver('team/b', leaving)).status === 401);
  });

  it('refuses every other API call, for every key, and says where to send it', async () => {
    const admin = await whole.key('staging', 'admin');
    for (const [name, route] of Object.entries(ROUTES) as [RouteName, Route][]) {
      if (SERVED.includes(name)) continue;
      const path = route.path
        .replace('{name}', 'team/a')
        .replace('{n}', '1')
        .replace('{environment}', 'staging')
        .replace('{id}', '1');
      const body = route.body === undefined ? undefined : {};
      const headers = { authorization: `Bearer ${admin}` };
      const answered = await ask(delivering.url, route.method, path, body, headers);
      assertProblem(answered, 404, 'route_not_found', /--delivery-only.*[Ss]end this request to/);
    }
    assertProblem(await ask(delivering.url, 'POST', '/v1/prompts/team/a'), 405, 'method_not_allowed');
    assertProblem(await ask(delivering.url, 'GET', '/nothing'), 404, 'route_not_found');
  });

  it('reports that it is healthy, verifies nothing, and delivers from memory', async () => {
    assert.equal((await ask(delivering.url, 'GET', '/healthz')).status, 200);
    assert.equal((await ask(delivering.url, 'GET', '/readyz')).json.log, 'unverified');
    await deliver();
    await deliver();
    const { text } = await ask(delivering.url, 'GET', '/metrics');
    assert.match(text, /promptforge_deliveries_total\{from="memory"\} [1-9]/);
  });

  it('writes nothing, not even when its keys were used', async () => {
    const store = await openDataFolder(folder.path, { readOnly: true });
    const other = await aRegistry({ store, serving: { deliveryOnly: true } });
    const used = await whole.key('staging', 'reader', 'unnoted');
    const headers = { authorization: `Bearer ${used}` };
    assert.equal((await ask(other.url, 'GET', '/v1/prompts/team/a', undefined, headers)).status, 200);
    await assert.rejects(
      store.write(async () => {}),
      readOnlyStore(),
    );
    // What is still to be noted is written before it has closed.
    await other.close();
    const rows = await whole.store.read(snapshot =>
      snapshot.selectFrom('keys').selectAll().where('actor', '=', 'unnoted').execute(),
    );
    assert.deepEqual(
      rows.map(row => row.last_used_at),
      [null],
    );
  });

  it('does not start on a database it cannot read, and creates nothing there', async () => {
    await using empty = await temporaryFolder();
    const open = (path: string) => openDataFolder(path, { readOnly: true });
    await assert.rejects(open(empty.path), isProblem('not_found'));
    await assert.rejects(open(join(empty.path, 'none')), isProblem('not_found'));
    const file = join(empty.path, DATABASE_FILE);
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE t (a)');
    await assert.rejects(open(empty.path), isProblem('not_a_database'));
    database.exec(`
      DROP TABLE t;
      PRAGMA application_id = 0x50465247;
      CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL);
      INSERT INTO schema_versions VALUES (1, '2026-01-01T00:00:00.000Z');
    `);
    await assert.rejects(open(empty.path), isProblem('older_schema'));
    database.close();
  });
});

function isProblem(code: DataFolderProblem['code']): (error: unknown) => boolean {
  return error => DataFolderProblem.is(error, code);
}
