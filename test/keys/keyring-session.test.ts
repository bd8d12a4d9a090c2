import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { withKeyring } from '../../scripts/host/keyring.ts';
import { HAS_SECRET_SERVICE, provideKeyring } from '../../scripts/host/systemPackages.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('a session with a keyring of its own', () => {
  before(() => provideKeyring(() => {}));

  it('has the keyring on its bus before the command begins', async function () {
    if (!HAS_SECRET_SERVICE) return this.skip(); // elsewhere the keychain is simply there
    await using folder = await temporaryFolder();
    for (const place of ['one', 'two', 'three', 'four', 'five']) {
      const ask =
        'dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets';
      const [program, ...args] = withKeyring(['bash', '-c', ask], join(folder.path, place));
      const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
      assert.match(stdout, /boolean true/, stderr);
    }
  });
});
