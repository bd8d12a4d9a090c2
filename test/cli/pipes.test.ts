/** The command between other programs: pipes that close early, and output that cannot be written. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { MAIN, promptforge, start } from './promptforge.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('promptforge in a pipe', () => {
  const inFolder = temporaryFolder();

  it('ends without an error if the reader closes the pipe', async () => {
    const prompt = inFolder('long.prompt');
    await writeFile(prompt, 'A line of a long prompt.\n'.repeat(20_000));
    const child = start(['render', prompt]);
    child.stdout.once('data', () => child.stdout.destroy());
    child.stdin.end();
    const closed = once(child, 'close');
    assert.equal(await text(child.stderr), '');
    assert.deepEqual(await closed, [0, null]);
  });

  it('fails if its output cannot be written', async function () {
    const full = await open('/dev/full', 'w').catch(() => undefined);
    if (full === undefined) this.skip(); // Linux alone has it
    const prompt = inFolder('short.prompt');
    await writeFile(prompt, 'Hi');
    const child = spawn(process.execPath, [MAIN, 'render', prompt], { stdio: ['ignore', full.fd, 'pipe'] });
    const closed = once(child, 'close');
    assert.equal(
      await text(child.stderr ?? assert.fail()),
      'promptforge: The output cannot be written: the disk is full.\n',
    );
    assert.deepEqual(await closed, [4, null]);
    await full.close();
  });

  it('reads a large input from a pipe', async () => {
    const prompt = inFolder('large-input.prompt');
    await writeFile(prompt, '{{#each items}}{{this}}\n{{/each}}');
    const items = Array.from({ length: 50_000 }, (_, index) => `item ${index}`);
    const { code, stdout } = await promptforge(['render', prompt, '--input', '-'], {
      stdin: JSON.stringify({ items }),
    });
    assert.equal(code, 0);
    assert.equal(stdout, `${items.join('\n')}\n`);
  });
});
