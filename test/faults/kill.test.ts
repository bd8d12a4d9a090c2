/** A server that is killed in the middle of whatever it does: what it acknowledged is there, and nothing is there twice. */
import assert from 'node:assert/strict';
import { type BundledCli, bundleCli } from '../../scripts/host/bundledCli.ts';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { createKey } from '../../src/registry/administration.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { openDatabase } from '../../src/registry/database.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { aDatabase } from '../postgres/a-database.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { assertNothingLost, type Killed, killUnderLoad } from './killed.ts';

const KILLS = 100;
const OPTIONS = { environments: defaultEnvironments(0) };

describe(`${KILLS} times kill -9 under write load`, () => {
  let cli: BundledCli;
  before(async () => {
    cli = await bundleCli();
  });
  after(() => cli[Symbol.asyncDispose]());

  it('loses no write and doubles none in a data folder', async () => {
    await using folder = await temporaryFolder();
    const key = await keyIn(openDataFolder(folder.path, OPTIONS));
    assertKilled(await killUnderLoad(cli, { kind: 'folder', path: folder.path }, key, KILLS));
  }).timeout(300_000);

  it('loses no write and doubles none in PostgreSQL', async () => {
    await using database = await aDatabase();
    const key = await keyIn(openDatabase(database.url, OPTIONS));
    assertKilled(await killUnderLoad(cli, { kind: 'database', url: database.url }, key, KILLS));
  }).timeout(300_000);
});

function assertKilled(killed: Killed): void {
  assertNothingLost(killed);
  // Else the servers were killed while nobody wrote, and all this showed nothing.
  assert.ok(killed.repeated >= KILLS / 2, `Only ${killed.repeated} writes were cut off.`);
}

async function keyIn(opening: Promise<Store>): Promise<string> {
  const store = await opening;
  try {
    const environment = parseEnvironmentName('development');
    return (await createKey(store, { environment, role: 'admin', actor: 'load', expiresAt: null })).key;
  } finally {
    await store.close();
  }
}
