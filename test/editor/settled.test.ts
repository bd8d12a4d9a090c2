import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettled } from '../../src/editor/conflicts/settled.ts';

describe('a file that another program may be writing', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'settled-'));
    file = join(folder, 'a.prompt');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const read = () => readFile(file, 'utf8').catch(() => undefined);

  it('is read once it stops changing', async () => {
    await writeFile(file, 'whole');
    assert.deepEqual(await readSettled(read, 10), ['whole']);
    await rm(file);
    assert.deepEqual(await readSettled(read, 10), [undefined]);
  });
  it('is not reported when it is replaced while reading', async () => {
    const answers = [undefined, 'whole'];
    assert.deepEqual(await readSettled(async () => answers.shift(), 10), []);
  });
  it('is not reported while empty or half written', async () => {
    const handle = await open(file, 'w');
    assert.deepEqual(await readSettled(read, 10), []);
    await handle.write('First.\n');
    let reads = 0;
    const written = await readSettled(async () => {
      const now = await read();
      reads += 1;
      if (reads === 1) await handle.write('Second.\n');
      return now;
    }, 10);
    await handle.close();
    assert.deepEqual(written, []);
    assert.deepEqual(await readSettled(read, 10), ['First.\nSecond.\n']);
  });
});
