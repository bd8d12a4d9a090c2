/** A PostgreSQL that fails under write load: what was acknowledged is there, nothing is there twice, and all goes on by itself. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BundledCli, bundleCli } from '../../scripts/host/bundledCli.ts';
import { type PostgresServer, startPostgres } from '../../scripts/host/postgresServer.ts';
import { startServe } from '../../scripts/host/serveProcess.ts';
import { step } from '../../scripts/testing/heartbeat.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { aDatabase } from '../postgres/a-database.ts';
import { aProxy } from '../postgres/a-proxy.ts';
import { anAdminsKey, OPTIONS } from './admins-key.ts';
import { CUT_COMMITS, DATABASE_FAULTS } from './counts.ts';
import { assertNothingLost, readBack } from './kept.ts';
import { startWriters, type Writers } from './writers.ts';

const AUTHORS = 4;
/** ms that it stands still: less than what is waited for, and more than a write takes. */
const PAUSE = 300;

describe('a database under write load, as a server goes on without losing or doubling a write', () => {
  let cli: BundledCli;
  let database: PostgresServer;
  before(async () => {
    cli = await bundleCli();
    // Durable: what was acknowledged must outlive a kill.
    database = await startPostgres({ durable: true });
  });
  // One that failed may have left it standing still or away.
  beforeEach(async () => {
    database.resume();
    await database.start();
  });
  after(() => database[Symbol.asyncDispose]());

  it(`is restarted ${DATABASE_FAULTS} times`, () =>
    underLoad(DATABASE_FAULTS, async () => {
      await database.stop('fast');
      await database.start();
    }));

  it(`is killed ${DATABASE_FAULTS} times`, () =>
    underLoad(DATABASE_FAULTS, async () => {
      await database.stop('kill');
      await database.start();
    }));

  it(`stands still ${DATABASE_FAULTS} times`, () =>
    underLoad(DATABASE_FAULTS, async () => {
      database.pause();
      await sleep(PAUSE);
      database.resume();
    }));

  it(`loses ${CUT_COMMITS} connections in the middle of a commit, before and after it was made`, async () => {
    await using proxy = await aProxy(database.url('postgres'));
    const cutOne = async (times: number, writers: Writers) => {
      const cuts = proxy.cuts();
      proxy.cutNextCommit(times % 2 === 0 ? 'before' : 'after');
      while (proxy.cuts() === cuts) await Promise.race([sleep(5), writers.failed]);
    };
    await underLoad(CUT_COMMITS, cutOne, url => proxy.through(url));
    assert.equal(proxy.cuts(), CUT_COMMITS);
  });

  async function underLoad(
    count: number,
    fail: (times: number, writers: Writers) => Promise<void>,
    through: (url: string) => string = url => url,
  ): Promise<void> {
    const { url } = await aDatabase(database);
    const key = await anAdminsKey(openDatabase(url, OPTIONS));
    await using server = await startServe(cli, { kind: 'database', url: through(url) });
    const writers = startWriters({ count: AUTHORS, key, server: () => server.url });
    try {
      for (let times = 0; times < count; times++) {
        await Promise.race([writers.written(AUTHORS), server.fallen]);
        await fail(times, writers);
        step(`failed ${times + 1} times of ${count}`);
      }
      await Promise.race([writers.written(AUTHORS), server.fallen]);
    } finally {
      // What they have to say counts below, unless something else has failed already.
      await writers.stop().catch(() => {});
    }
    assertNothingLost(await readBack(server.url, key, await writers.stop()));
    assert.equal(await server.stop(), 0);
  }
});
