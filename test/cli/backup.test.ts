/** `promptforge backup` as an operator and a script meet it. */
import assert from 'node:assert/strict';
import { inProcess } from './in-process.ts';
import { newKey } from './serving.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('promptforge backup', () => {
  const inFolder = temporaryFolder();

  it('creates a data folder that other commands accept, and prints the end of its log', async () => {
    const [data, output] = [inFolder('data'), inFolder('deep', 'backup')];
    const { id } = await newKey(data, 'production', 'reader');
    const { code, stdout, stderr } = await inProcess(['backup', '--data', data, '--output', output]);
    assert.equal(code, 0);
    const [, seq, hash] =
      /^Backed up (\d+) events to .*backup, and verified them\.\nThe log ends with (sha256:[0-9a-f]{64})\.\n$/.exec(
        stdout,
      ) ?? assert.fail(stdout);
    assert.match(stderr, /does not contain the registry's key/);
    const list = await inProcess(['keys', 'list', '--data', output]);
    assert.match(list.stdout, new RegExp(`^${id} `, 'm'));
    const again = inFolder('again');
    const json = await inProcess(['backup', '--data', data, '--output', again, '--json']);
    assert.deepEqual(JSON.parse(json.stdout), { output: again, events: Number(seq), hash, key: false });
  });

  it('refuses an existing output folder, and a data folder without a registry', async () => {
    const data = inFolder('full');
    await newKey(data, 'production', 'reader');
    const taken = await inProcess(['backup', '--data', data, '--output', data]);
    assert.deepEqual([taken.code, taken.stdout], [4, '']);
    assert.match(taken.stderr, /^promptforge: .*full is there already/);
    const none = await inProcess(['backup', '--data', inFolder('none'), '--output', inFolder('out')]);
    assert.deepEqual([none.code, none.stdout], [4, '']);
    assert.match(none.stderr, /^promptforge: There is no registry at .*none/);
    assert.equal((await inProcess(['backup', '--data', data])).code, 2);
  });
});
