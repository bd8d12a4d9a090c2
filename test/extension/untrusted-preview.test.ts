// A workspace that is not trusted: its prompts can be previewed, for that takes nothing but its files.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { connectTo, inside, promptFile, root, run } from './support/inside.ts';
import { type TeamRegistry, teamRegistry } from './support/team-registry.ts';

describe('the preview in a workspace that is not trusted', () => {
  let team: TeamRegistry;

  before(async () => {
    team = await teamRegistry();
    await connectTo(team.url);
    await vscode.workspace.fs.createDirectory(vscode.Uri.file(join(root(), 'prompts')));
    await writeFile(promptFile('_sign'), 'Yours, {{who}}');
    await writeFile(promptFile('letter'), 'Dear {{name}}. {{> sign}}');
    const samples = '- name: One\n  input: {name: Ada, who: Tomas}\n';
    await writeFile(promptFile('letter').replace(/\.prompt$/, '.samples.yaml'), samples);
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await team[Symbol.asyncDispose]();
  });

  it('renders the file with its partials and samples, and sends nothing', async () => {
    await vscode.window.showTextDocument(vscode.Uri.file(promptFile('letter')));
    await run('openPreviewToSide');
    await eventually('the rendering with the first sample', async () => {
      const { shown } = await (await inside()).previews();
      return shown?.rendered?.traced.rendered.text === 'Dear Ada. Yours, Tomas';
    });
    await run('previewCopyCurl');
    await run('previewDifference', { picks: [undefined] });
    assert.deepEqual(team.seen, []);
  });
});
