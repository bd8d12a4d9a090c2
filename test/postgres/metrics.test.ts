/** What a server tells Prometheus of its connections to PostgreSQL. */
import assert from 'node:assert/strict';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, ask } from '../registry/a-registry.ts';
import { aReusedDatabase, PATIENT } from './a-database.ts';

describe('the metrics of a registry on PostgreSQL', () => {
  it('tell how many connections are in use, idle and waited for', async () => {
    await using database = await aReusedDatabase();
    const environments = defaultEnvironments(0);
    const store = await openDatabase(database.asServer, {
      environments,
      connections: 2,
      patience: PATIENT,
    });
    await using registry = await aRegistry({ store });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const reads = [1, 2, 3].map(() => store.read(() => released));
    const counts = () => store.connections?.() ?? assert.fail('it has no connections');
    // The scrape itself would wait for a connection, so they are counted where the scrape counts them.
    await eventually('two in use and one waited for', () => {
      const { busy, idle, waiting } = counts();
      return busy === 2 && idle === 0 && waiting >= 1;
    });
    release();
    await Promise.all(reads);
    const { text } = await ask(registry.url, 'GET', '/metrics');
    const value = (state: string): number =>
      Number(
        new RegExp(`^promptforge_database_connections\\{state="${state}"\\} (\\d+)$`, 'm').exec(text)?.[1],
      );
    assert.equal(value('waiting'), 0);
    assert.equal(value('busy') + value('idle'), 2);
    assert.match(text, /^promptforge_database_up 1$/m);
  });
});
