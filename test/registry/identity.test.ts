/** The registry's own key: made once, for its owner alone, and never put in the place of another. */
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { DataFolderProblem } from '../../src/registry/data-folder-problem.ts';
import { IDENTITY_FILE, openIdentity } from '../../src/registry/identity.ts';

describe("the registry's key", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'promptforge-identity-'));
    file = path.join(folder, IDENTITY_FILE);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is created once, readable by its owner only, however many processes start at once', async () => {
    const identities = await Promise.all(Array.from({ length: 8 }, () => openIdentity(file)));
    assert.equal(new Set(identities.map(({ publicKey }) => publicKey)).size, 1);
    assert.deepEqual(await readdir(folder), [IDENTITY_FILE]);
    if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
  });
  it('makes signatures that its public key verifies, for that text only', async () => {
    const { publicKey, sign } = await openIdentity(file);
    const x = Buffer.from(publicKey, 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const signature = Buffer.from(sign('seq 12'), 'base64');
    assert.ok(verify(null, Buffer.from('seq 12'), key, signature));
    assert.ok(!verify(null, Buffer.from('seq 13'), key, signature));
  });
  it('derives the same secret per purpose after a restart, and different secrets for different purposes', async () => {
    const first = await openIdentity(file);
    const again = await openIdentity(file);
    assert.deepEqual(first.secretFor('webhook a'), again.secretFor('webhook a'));
    assert.notDeepEqual(first.secretFor('webhook a'), first.secretFor('webhook b'));
    assert.equal(first.secretFor('webhook a').length, 32);
  });
  it('is never replaced when the file holds something else, whose content is not shown', async () => {
    for (const content of ['', 'a secret of another program']) {
      await writeFile(file, content);
      await assert.rejects(
        openIdentity(file),
        error => DataFolderProblem.is(error, 'not_a_key') && !error.message.includes('another program'),
      );
      assert.equal(await readFile(file, 'utf8'), content);
    }
  });
  it('is named in the error when it cannot be used, and the database is not', async () => {
    const data = path.join(folder, 'registry');
    const store = await openDataFolder(data);
    await store.close();
    await writeFile(path.join(data, IDENTITY_FILE), 'no key', { mode: 0o600 });
    await assert.rejects(
      openDataFolder(data),
      error =>
        DataFolderProblem.is(error, 'not_a_key') && error.message.startsWith(path.join(data, IDENTITY_FILE)),
    );
  });
  it('names the file that cannot be read', async () => {
    await assert.rejects(
      openIdentity(folder),
      error => DataFolderProblem.is(error, 'not_writable') && error.message.includes(folder),
    );
  });
});
