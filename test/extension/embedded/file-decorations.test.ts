// The marks on the files of prompts, as VS Code's Explorer and its tabs ask for them.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { PromptName } from '../../../src/core/name.ts';
import { eventually } from '../../eventually.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { inside, promptFile, run, writePrompt } from '../support/inside.ts';

describe('file decorations', () => {
  const { mara, publishAndPull } = embeddedWorkspace();

  async function markOf(name: PromptName): Promise<vscode.FileDecoration | null | undefined> {
    const { fileDecorations } = await inside();
    const token = new vscode.CancellationTokenSource().token;
    return fileDecorations.provideFileDecoration(vscode.Uri.file(promptFile(name)), token);
  }
  const isMarked = (name: PromptName, badge: string | undefined) =>
    eventually(`the mark ${badge} on ${name}`, async () => (await markOf(name))?.badge === badge);

  it('follow edits, publishing and pulling', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n');
    await isMarked(name, undefined);
    await writePrompt(name, 'Edited.\n');
    await isMarked(name, 'M');
    assert.equal((await markOf(name))?.tooltip, 'PromptForge: The file has changes that are not published.');
    await mara().publish(name, { source: 'Hers.\n', message: '', base: 1 } as never);
    await run('refresh');
    await isMarked(name, '!');
    await writePrompt(name, 'One.\n');
    await isMarked(name, '↓');
    await run('pull', {}, name);
    await isMarked(name, undefined);
    await rm(promptFile(name));
    await (await inside()).workbench.prompts.rescan();
    await isMarked(name, 'D');
  });

  it('are refreshed in VS Code only for files that changed', async () => {
    const [name, other] = [freshName(), freshName()];
    await publishAndPull(name, 'One.\n');
    await publishAndPull(other, 'One.\n');
    await writePrompt(other, 'Edited.\n');
    await isMarked(other, 'M');
    const told: string[] = [];
    const { fileDecorations } = await inside();
    const listening = fileDecorations.onDidChangeFileDecorations(uris => {
      for (const uri of uris ?? []) told.push(uri.fsPath);
    });
    try {
      await writePrompt(name, 'Edited.\n');
      await isMarked(name, 'M');
      await eventually('the change to be told', () => told.length > 0);
      assert.deepEqual(told, [promptFile(name)]);
    } finally {
      listening.dispose();
    }
  });

  it('say why a file cannot be a prompt', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n');
    await writeFile(promptFile(name), Buffer.from([0xff, 0xfe, 0x41]));
    await (await inside()).workbench.prompts.rescan();
    await isMarked(name, 'X');
    assert.match((await markOf(name))?.tooltip ?? '', /UTF-8/);
  });
});
