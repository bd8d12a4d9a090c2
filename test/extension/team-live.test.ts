// What Was Live At…: the text that applications got at an instant, and how it differs from what they get now.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { activeTab, run } from './support/inside.ts';
import { teamWindow } from './support/team-window.ts';

describe('the version live at an instant', () => {
  const team = teamWindow({
    keys: { development: ['author', 'tomas.berg'], staging: ['approver', 'tomas.berg'] },
  });

  const lensesAt = (uri: vscode.Uri) =>
    vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
  const lensesOf = async (uri: vscode.Uri): Promise<string> =>
    (await lensesAt(uri)).map(({ command }) => command?.title).join('|');

  it('opens, and can be compared with what is live now', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await run('refresh');
    const before = new Date().toISOString();
    const ask = await run('whatWasLive', { picks: ['staging · stable'], texts: [before] }, prompt);
    const told = await ask.message(
      new RegExp(
        `^${prompt}@2 was live in staging on .*\\. Promoted by tomas\\.berg: Tested\\. From .* until now\\.$`,
      ),
    );
    assert.deepEqual(told.buttons, ['Compare with Live Now']);
    const document = await eventually('the document', () => {
      const front = vscode.window.activeTextEditor?.document;
      return front?.uri.scheme === 'promptforge-live' ? front : undefined;
    });
    assert.equal(document.getText(), 'Two.\n');
    // VS Code forgets the commands of lenses that it has returned after a tenth of a second, and their titles with them.
    await eventually('the lenses', async () =>
      /^Compare with Now\|@2 was live in staging on .*\|From .*until now\|Promoted by tomas.berg: Tested$/.test(
        await lensesOf(document.uri),
      ),
    );
    const same = await run('compareWithLiveNow');
    await same.message(new RegExp(`^Still live: ${prompt}@2 is live in staging, since`));

    // The document that is open says where.
    await run('rollBack', { picks: ['@1'], confirms: [true] });
    // The one that is open says until when, by now.
    await eventually('the end of what was live', async () => {
      const titles = await lensesOf(document.uri);
      return /From .*until/.test(titles) && !titles.includes('until now');
    });
    await run('compareWithLiveNow', {}, document.uri);
    const tab = await eventually('the comparison', () =>
      activeTab()?.label.includes('(now)') ? activeTab() : undefined,
    );
    assert.ok(tab.input instanceof vscode.TabInputTextDiff);
    const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
    assert.deepEqual([await text(tab.input.original), await text(tab.input.modified)], ['Two.\n', 'One.\n']);
  });

  it('has a link to its pull request if it has one', async () => {
    const prompt = freshPrompt();
    const author = await team.client('development', 'author', 'ci');
    const pullRequest = 'https://github.com/o/r/pull/12';
    const origin = { commit: 'c0ffee7', pullRequest };
    await author.publish(prompt, { source: 'One.\n', message: 'By CI', base: null, origin });
    await team.promote(prompt, 'staging', 1);
    await run('refresh');
    const texts = [new Date().toISOString()];
    await run('whatWasLive', { picks: ['staging · stable'], texts }, prompt);
    const document = await eventually('the document', () => {
      const front = vscode.window.activeTextEditor?.document;
      return front?.uri.scheme === 'promptforge-live' ? front : undefined;
    });
    // Second, as the row is cut where the editor ends.
    const lens = (await lensesAt(document.uri)).at(1)?.command;
    assert.equal(lens?.title, 'Open Pull Request');
    // VS Code gives its own commands under other names.
    assert.match(lens.command, /open$/);
    assert.equal(String(vscode.Uri.from(lens.arguments?.[0])), pullRequest);
  });

  it('is reported as missing before the first promotion, and a future instant is refused', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n');
    await team.promote(prompt, 'staging', 1);
    await team.promote(prompt, 'production', 1);
    await run('refresh');
    const ask = await run(
      'whatWasLive',
      { picks: ['production · stable'], texts: ['2026-01-02 03:04'] },
      prompt,
    );
    await ask.message(
      new RegExp(`^No version of ${prompt} was live in production on .* The first version went live on `),
    );
    assert.match(String(ask.asked[0]?.validate?.('2999-01-01')), /in the future/);
  });
});
