import assert from 'node:assert/strict';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';
import { inProcess } from './in-process.ts';

describe('an endless file', () => {
  const commands: readonly (readonly [what: string, exit: number, ...args: string[]])[] = [
    ['a key', 3, 'snapshot', 'support/triage', '--registry', 'http://127.0.0.1:9', '--key-file', '/dev/zero'],
    ['PEM', 3, 'serve', '--tls-cert', '/dev/zero', '--tls-key', '/dev/zero', '--data', 'DATA'],
    ['a checkpoint', 3, 'verify', '--checkpoint', '/dev/zero', '--data', 'DATA'],
  ];
  for (const [what, exit, ...args] of commands)
    it(`is not read as ${what}`, async function () {
      if (process.platform === 'win32') return this.skip(); // there is no /dev/zero
      await using folder = await temporaryFolder();
      const data = join(folder.path, 'registry');
      const keys = ['keys', 'create', '--environment', 'development', '--role', 'admin', '--actor', 'ada'];
      assert.equal((await inProcess([...keys, '--data', data])).code, 0);
      const { code, stderr } = await inProcess(args.map(arg => (arg === 'DATA' ? data : arg)));
      assert.equal(code, exit, stderr);
      assert.match(stderr, new RegExp(`^promptforge: /dev/zero: The file is too large for ${what}\\.$`, 'm'));
    });
});
