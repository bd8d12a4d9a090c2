/** A server that is killed in the middle of whatever it does: what it acknowledged is there, and nothing is there twice. */
import assert from 'node:assert/strict';
import { type BundledCli, bundleCli } from '../../scripts/host/bundledCli.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { aDatabase } from '../postgres/a-database.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { anAdminsKey, OPTIONS } from './admins-key.ts';
import { KILLS } from './counts.ts';
import { assertNothingLost } from './kept.ts';
import { type Killed, killUnderLoad } from './killed.ts';

describe(`${KILLS} times kill -9 under write load`, () => {
  let cli: BundledCli;
  before(async () => {
    cli = await bundleCli();
  });

  it('loses no write and doubles none in a data folder', async () => {
    await using folder = await temporaryFolder();
    const key = await anAdminsKey(openDataFolder(folder.path, OPTIONS));
    assertKilled(await killUnderLoad(cli, { kind: 'folder', path: folder.path }, key, KILLS));
  });

  it('loses no write and doubles none in PostgreSQL', async () => {
    await using database = await aDatabase();
    const key = await anAdminsKey(openDatabase(database.url, OPTIONS));
    assertKilled(await killUnderLoad(cli, { kind: 'database', url: database.url }, key, KILLS));
  });
});

function assertKilled(killed: Killed): void {
  assertNothingLost(killed);
  // Else the servers were killed while nobody wrote, and all this showed nothing.
  assert.ok(killed.repeated >= KILLS / 2, `Only ${killed.repeated} writes were cut off.`);
}
