/** The port that the demo's workbench keeps, since a browser keeps its layout by the address. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../scripts/host/freePort.ts';
import { keptPort } from '../../scripts/host/keptPort.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('a kept port', () => {
  it('is the same while nobody else has it, and another one otherwise', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'port');
    const taken = await freePort();
    const other = createServer().listen(taken, '127.0.0.1');
    await once(other, 'listening');
    await writeFile(file, String(taken));

    assert.notEqual(await keptPort(file), taken);
    other.close();
    await once(other, 'close');
    await writeFile(file, String(taken));
    assert.equal(await keptPort(file), taken);
  });

  it('replaces what is no port a workbench may listen on', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'port');
    for (const text of ['', 'none', '22', '70000', '80.5', '-1']) {
      await writeFile(file, text);
      const port = await keptPort(file);
      assert.ok(port > 1023 && port < 65_536, `${port} for "${text}"`);
      assert.equal(Number(await readFile(file, 'utf8')), port);
    }
  });
});
