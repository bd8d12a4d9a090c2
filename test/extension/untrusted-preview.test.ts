// A workspace that is not trusted: its prompts can be previewed, for that takes nothing but its files.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { closeEditors, connectTo, disconnect, inside, promptFile, run } from './support/inside.ts';
import { told } from './support/shown.ts';
import { type TeamRegistry, teamRegistry } from './support/team-registry.ts';

describe('the preview in an untrusted workspace', () => {
  let team: TeamRegistry;

  before(async () => {
    team = await teamRegistry();
    await connectTo(team.url);
  });

  afterEach(closeEditors);

  after(async () => {
    await disconnect();
    await team[Symbol.asyncDispose]();
  });

  it('renders the file with its partials and samples, and sends nothing', async () => {
    await mkdir(dirname(promptFile('letter')), { recursive: true });
    await writeFile(promptFile('_sign'), 'Yours, {{who}}');
    await writeFile(promptFile('letter'), 'Dear {{name}}. {{> sign}}');
    const samples = '- name: One\n  input: {name: Ada, who: Tomas}\n';
    await writeFile(promptFile('letter').replace(/\.prompt$/, '.samples.yaml'), samples);
    await vscode.window.showTextDocument(vscode.Uri.file(promptFile('letter')));
    await run('openPreviewToSide');
    await eventually('the rendering with the first sample', async () => {
      const { shown } = await (await inside()).previews();
      return shown?.rendered?.traced.rendered.text === 'Dear Ada. Yours, Tomas';
    });
    await told(await run('previewCopyCurl'), /is not published/);
    await told(await run('previewDifference', { picks: [undefined] }), /none is stored/);
    // Whatever was sent before is seen before this.
    await fetch(`${team.url}/afterwards`);
    assert.deepEqual(
      team.seen.map(({ path }) => path),
      ['/afterwards'],
    );
  });
});
