// The prompts folder beside the embedded registry: what is pulled, and what is left as it is.

import assert from 'node:assert/strict';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { inside, promptFile, root, run, writePrompt } from '../support/inside.ts';
import { promptNode, shownFolderOf, told } from '../support/shown.ts';

describe('prompt files with the embedded registry', () => {
  const { mara, publishAndPull } = embeddedWorkspace();

  it('are based on the newest version if they have its text, with or without a lock file', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n', 'Two.\n');
    await rm(join(root(), 'promptforge.lock.json'));
    await run('refresh');
    await writePrompt(name, 'Edited at once.\n');
    assert.equal((await shownFolderOf(name))[1], '  triage @2 · modified');
    assert.match(await readFile(join(root(), 'promptforge.lock.json'), 'utf8'), /"version": 2/);
  });

  it('are pulled if they have no edits, and left unchanged otherwise', async () => {
    const name = freshName();
    const first = await mara().publish(name, { source: 'One.\n', message: '', base: null });
    await run('pull', {}, name);
    await writePrompt(name, 'Edited.\n');
    const second = await mara().publish(name, {
      source: 'Hers.\n',
      message: 'Faster',
      base: first.version.version,
    });
    const left = await run('pull', {}, name);
    assert.match((await told(left)).message, new RegExp(`Left as it is: prompts/${name}\\.prompt`));
    assert.equal(await readFile(promptFile(name), 'utf8'), 'Edited.\n');
    await writePrompt(name, 'Hers.\n');
    // With whatever else the registry holds, so that nothing is left to be pulled.
    await run('pull');
    await mara().publish(name, {
      source: 'Hers, better.\n',
      message: 'Better',
      base: second.version.version,
    });
    const pulled = await run('pull');
    assert.equal((await told(pulled)).message, 'Pulled: 1 file updated.');
    assert.equal(await readFile(promptFile(name), 'utf8'), 'Hers, better.\n');
  });

  it('are restored after deletion on request', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n');
    await rm(promptFile(name));
    await (await inside()).workbench.prompts.rescan();
    assert.equal((await shownFolderOf(name))[1], '  triage @1 · deleted');
    await run('pull', {}, await promptNode(name));
    assert.equal(await readFile(promptFile(name), 'utf8'), 'One.\n');
  });

  it('get the offer of a .gitattributes file once, when git changed their line endings', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\nTwo.\n');
    const git = join(root(), '.git');
    const file = join(root(), '.gitattributes');
    await mkdir(git);
    try {
      const ask = await run('refresh', { button: 'Add' });
      await writePrompt(name, 'One.\r\nTwo.\r\n');
      assert.deepEqual((await ask.message(/Add a \.gitattributes/)).buttons, ['Add', 'Not Now']);
      await ask.message('Added .gitattributes. Commit it: it takes effect with the next checkout.');
      assert.match(await readFile(file, 'utf8'), /^\*\.prompt text eol=lf$/m);
      assert.equal(await readFile(join(root(), '.promptforge', 'gitattributes'), 'utf8'), 'added');
    } finally {
      await rm(git, { recursive: true });
      await rm(file, { force: true });
    }
  });

  it('are kept while their prompt is archived, until it is restored', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n');
    await run('archive', { texts: ['Unused'], confirms: [true] }, name);
    assert.equal((await mara().getPrompt(name)).archived, true);
    assert.equal((await shownFolderOf(name))[1], '  triage @1 · archived');
    await run('restore', { texts: ['Used after all'] }, name);
    assert.equal((await mara().getPrompt(name)).archived, false);
  });
});
