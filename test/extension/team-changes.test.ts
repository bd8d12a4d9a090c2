// The whole change of a version: what publishing, promoting, rolling back and reviewing show of its partials and inputs.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { documentsIn } from '../../src/editor/versions/tab-documents.ts';
import { eventually } from '../eventually.ts';
import { inserted } from './support/edited.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { inside, promptFile, run, writePrompt } from './support/inside.ts';
import { shownTab } from './support/shown.ts';
import { teamWindow } from './support/team-window.ts';

describe('the diff with partials', () => {
  const team = teamWindow({
    approvals: 1,
    keys: {
      development: ['author', 'tomas.berg'],
      staging: ['approver', 'tomas.berg'],
      production: ['approver', 'tomas.berg'],
    },
  });
  const partialOf = (prompt: PromptName) => parsePromptName(`${prompt.split('/')[0]}/_header`);

  /** @1 and @2 of the prompt have the same source; the partial between them reads another input. */
  async function movedPartial(): Promise<{ prompt: PromptName; header: PromptName }> {
    const prompt = freshPrompt();
    const header = partialOf(prompt);
    await team.publishAs('lea.horn', header, 'Old {{today}}\n');
    await team.publishAs('lea.horn', prompt, '{{> header}}\n');
    const author = await team.client('development', 'author', 'lea.horn');
    await author.publish(header, { source: 'New {{branch}}\n', base: 1, message: 'Newer' } as never);
    await author.publish(prompt, { source: '{{> header}}\n', base: 1, message: 'With it' } as never);
    await run('refresh');
    return { prompt, header };
  }

  /** Of prompts that other tests made, some may have the same last part: then a tab has the whole name. */
  const shownAs = (prompt: PromptName, sides: string, before = '') =>
    shownTab(
      ...[prompt.slice(prompt.lastIndexOf('/') + 1), prompt].map(name => `${before}${name}: ${sides}`),
    );
  const paths = (tab: vscode.Tab) => documentsIn(tab).map(({ scheme, path }) => `${scheme}:${path}`);
  const text = async (uri: vscode.Uri | undefined) =>
    uri && (await vscode.workspace.openTextDocument(uri)).getText();

  it('of a promotion counts its changes and names those that break', async () => {
    const { prompt, header } = await movedPartial();
    await team.promote(prompt, 'staging', 1);
    const ask = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Tested'], confirms: [true] },
      prompt,
      2,
    );
    const tab = await shownAs(prompt, '@1 ↔ @2, 1 change (2 files)');
    assert.deepEqual(paths(tab), [`promptforge:/${header}@2`, `promptforge-resolved:/${prompt}@2`]);
    assert.equal(await text(documentsIn(tab)[1]), 'New {{branch}}\n');
    const [, changes, breaking, reason] = ask.confirmed[0]?.detail.split('\n') ?? [];
    assert.equal(changes, `1 change: ${header} @1 → @2.`);
    assert.equal(
      breaking,
      'Breaking for applications: The input "branch" is new; where it is not sent, the text has a gap. The input "today" is dropped, and what is sent for it is ignored.',
    );
    assert.equal(reason, 'Reason: Tested');
    await ask.message(`${prompt}@2 is now live in staging. It was @1. Applications get @2.`);
    // Which partial has the focus does not matter: the comparison is about the prompt.
    const back = await run('rollBack', { picks: ['@1 in staging'], confirms: [false] });
    assert.equal(back.confirmed[0]?.message, `Roll back ${prompt} to @1 in staging?`);
  });

  it('of a review is the same, and decisions apply to the active review', async () => {
    const { prompt, header } = await movedPartial();
    await team.promote(prompt, 'staging', 1, 2);
    await team.promote(prompt, 'production', 1);
    const { id } = await team.request(prompt, { environment: 'production', version: 2, by: 'ada' });
    await run('refresh');
    await run('reviewPromotion', {}, id);
    const tab = await shownAs(prompt, '@1 ↔ @2 → production, 1 change (3 files)', 'Review ');
    assert.deepEqual(paths(tab), [
      `promptforge:/${prompt}@2`,
      `promptforge:/${header}@2`,
      `promptforge-resolved:/${prompt}@2`,
    ]);
    const author = await team.client('development', 'author', 'ada');
    await author.comment(id, { text: 'Which branch?', place: { side: 'to', line: 1 } });
    await run('refresh');
    const { comments } = await inside();
    await eventually('the thread', () => comments.shown()[0]);
    const ask = await run('approvePromotion', { confirms: [true] });
    assert.match(
      ask.confirmed[0]?.detail ?? '',
      new RegExp(`1 change: ${header} @1 → @2\\.\nBreaking for applications: The input "branch" is new;`),
    );
    await ask.message(`Approved: ${prompt}@2 is now live in production. It was @1. Applications get @2.`);
  });

  it('of a file is shown before publishing, and follows edits in the meantime', async () => {
    const prompt = freshPrompt();
    const header = partialOf(prompt);
    await team.publish(header, 'Old\n', 'New\n');
    await team.publishWithFile(prompt, 'One {{a}}\n');
    await writePrompt(prompt, '{{> header}}\nTwo\n');
    let resolved: string | undefined;
    const ask = await run(
      'publish',
      {
        texts: ['Second'],
        meanwhile: async () => {
          const tab = await shownAs(prompt, '@1 ↔ your file, 2 changes (3 files)');
          const uri = documentsIn(tab).at(-1);
          assert.equal(await text(uri), 'New\nTwo\n');
          await inserted(vscode.Uri.file(promptFile(prompt)), 'Three\n', new vscode.Position(2, 0));
          resolved = await eventually('the resolved text to follow', async () => {
            const now = await text(uri);
            return now?.includes('Three') ? now : undefined;
          });
        },
      },
      prompt,
    );
    assert.equal(resolved, 'New\nTwo\nThree\n');
    assert.equal(
      ask.asked[0]?.prompt,
      `2 changes: the prompt and ${header}@2 (new). Breaking for applications: The input "a" is dropped, and what is sent for it is ignored. Describe what changed and why. The message is kept permanently.`,
    );
    await ask.message(new RegExp(`^Published ${prompt}@2\\.`));
  });

  it('of a prompt with unchanged partials is a plain comparison', async () => {
    const prompt = freshPrompt();
    await team.publish(partialOf(prompt), 'Header\n');
    await team.publish(prompt, '{{> header}}\nOne\n', '{{> header}}\nTwo\n');
    await run('refresh');
    await run('compareWithPrevious', {}, prompt);
    const tab = await shownAs(prompt, '@1 ↔ @2');
    assert.ok(tab.input instanceof vscode.TabInputTextDiff);
  });

  it('is replaced by a note in the confirmation when its partials cannot be fetched', async () => {
    const { prompt, header } = await movedPartial();
    await team.promote(prompt, 'staging', 1);
    team.registry.weather = ({ path }) => (path.includes(header) ? 'down' : 'pass');
    const ask = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Tested'], confirms: [false] },
      prompt,
      2,
    );
    assert.match(ask.confirmed[0]?.detail ?? '', /Its partials could not be fetched/);
    await shownAs(prompt, '@1 ↔ @2');
  });
});
