/** A disk that is full under write load: writes are refused, delivery goes on, and all is well when there is room again. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BundledCli, bundleCli } from '../../scripts/host/bundledCli.ts';
import { startPostgres } from '../../scripts/host/postgresServer.ts';
import { type ServeProcess, startServe } from '../../scripts/host/serveProcess.ts';
import { step } from '../../scripts/testing/heartbeat.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { anAdminsKey, OPTIONS } from './admins-key.ts';
import { FULL_DISKS } from './counts.ts';
import { assertNothingLost, readBack } from './kept.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';
import { startWriters } from './writers.ts';

const AUTHORS = 4;

describe(`a disk that is full ${FULL_DISKS} times under write load`, () => {
  let cli: BundledCli;
  before(async () => {
    cli = await bundleCli();
  });

  it('costs no write that a data folder acknowledged, nor delivery, nor a start', async function () {
    await using disk = await smallDisk(32);
    if (disk === undefined) this.skip();
    const place = { kind: 'folder', path: `${disk.path}/data` } as const;
    const key = await anAdminsKey(openDataFolder(place.path, OPTIONS));
    await fillUnderLoad({
      disk,
      key,
      start: () => startServe(cli, place),
      isKilled: times => times % 5 === 0,
    });
  });

  it('costs no write that PostgreSQL acknowledged, nor delivery', async function () {
    await using disk = await smallDisk(160);
    if (disk === undefined) this.skip();
    const settings = { max_wal_size: '32MB', min_wal_size: '32MB' };
    await using database = await startPostgres({ durable: true, within: disk.path, settings });
    const url = database.url('postgres');
    const key = await anAdminsKey(openDatabase(url, OPTIONS));
    const start = () => startServe(cli, { kind: 'database', url });
    await fillUnderLoad({ disk, key, start, isKilled: () => false });
  });
});

interface Filled {
  readonly disk: SmallDisk;
  readonly key: string;
  readonly start: () => Promise<ServeProcess>;
  /** Returns whether the server is killed, and another started, while the disk is full for that time. */
  readonly isKilled: (times: number) => boolean;
}

async function fillUnderLoad({ disk, key, start, isKilled }: Filled): Promise<void> {
  await using started = new AsyncDisposableStack();
  let server = started.use(await start());
  const writers = startWriters({ count: AUTHORS, key, server: () => server.url });
  try {
    await writers.written(3 * AUTHORS);
    for (let times = 1; times <= FULL_DISKS; times++) {
      const refused = writers.repeated() + AUTHORS;
      while (writers.repeated() < refused) {
        await disk.fill();
        await Promise.race([sleep(20), writers.failed]);
      }
      if (isKilled(times)) {
        await server.kill();
        server = started.use(await start());
      }
      assert.match(await delivered(server.url, key), /^Text \d+ of author 1: /);
      await disk.free();
      await writers.written(AUTHORS);
      step(`full ${times} times of ${FULL_DISKS}`);
    }
  } finally {
    await disk.free();
    // What they have to say counts below, unless something else has failed already.
    await writers.stop().catch(() => {});
  }
  const said = [...writers.refusals()].filter(([why]) => /disk .*is full/.test(why));
  assert.ok(said.reduce((sum, [, count]) => sum + count, 0) >= FULL_DISKS, JSON.stringify(said));
  assertNothingLost(await readBack(server.url, key, await writers.stop()));
  assert.equal(await server.stop(), 0);
}

async function delivered(url: string, key: string): Promise<string> {
  const response = await fetch(`${url}/v1/prompts/load/author-1?channel=latest`, {
    headers: { Authorization: `Bearer ${key}` },
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}
