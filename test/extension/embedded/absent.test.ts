// Prompts that the lock file names, but the registry does not have: it was restored from a backup, or it is another one.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PromptName } from '../../../src/core/name.ts';
import { eventually } from '../../eventually.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { inside, promptFile, root, run, writePrompt } from '../support/inside.ts';
import { shownFolderOf, told } from '../support/shown.ts';

describe('a prompt that the registry does not have', () => {
  const { mara, publishAndPull } = embeddedWorkspace();
  const isAbsent = async (name: PromptName) => (await inside()).workbench.prompts.listed.get(name)?.isAbsent;
  const token = new vscode.CancellationTokenSource().token;

  /** A clean file of a prompt that only the lock file names. */
  async function absent(): Promise<PromptName> {
    const [name, other] = [freshName(), freshName()];
    await publishAndPull(name, 'One.\n');
    const lock = join(root(), 'promptforge.lock.json');
    const entry = JSON.parse(await readFile(lock, 'utf8')).prompts[name];
    await writePrompt(other, 'One.\n');
    const found = JSON.parse(await readFile(lock, 'utf8'));
    const prompts = { ...found.prompts, [other]: entry };
    await writeFile(lock, JSON.stringify({ ...found, prompts }));
    await run('refresh');
    assert.equal(await isAbsent(other), true);
    assert.equal(await isAbsent(name), false);
    return other;
  }

  it('has a mark, and is published neither alone nor with others', async () => {
    const name = await absent();
    const { fileDecorations } = await inside();
    const mark = () => fileDecorations.provideFileDecoration(vscode.Uri.file(promptFile(name)), token);
    await eventually('the badge', () => (mark() as vscode.FileDecoration | undefined)?.badge === '?');
    const tree = await shownFolderOf(name);
    assert.ok(
      tree.some(line => line.endsWith('not in the registry')),
      tree.join('\n'),
    );
    const { message } = await told(await run('publish', { texts: ['First'] }, name));
    assert.match(message, /The registry does not have .*To publish it as a new prompt, remove its line/);
    await writePrompt(name, 'Two.\n');
    const many = await told(await run('publishAll', { texts: ['First'] }));
    assert.match(many.message, /The registry does not have/);
    await assert.rejects(mara().getPrompt(name));
  });

  it('is published once it is no longer in the lock file', async () => {
    const name = await absent();
    const lock = join(root(), 'promptforge.lock.json');
    const found = JSON.parse(await readFile(lock, 'utf8'));
    delete found.prompts[name];
    await writeFile(lock, JSON.stringify(found));
    await run('refresh');
    assert.equal(await isAbsent(name), false);
    await told(await run('publish', { texts: ['First'] }, name), /^Published/);
  });

  it('is an ordinary one as soon as the registry has it', async () => {
    const name = await absent();
    await mara().publish(name, { source: 'One.\n', message: '', base: null });
    await told(await run('publish', { texts: ['Again'] }, name), /already has this text/);
    assert.equal(await isAbsent(name), false);
  });
});
