// Comments where several versions are compared at once: the review of a release, and two environments.

import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type { PromptName } from '../../src/core/name.ts';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { activeTab, inside, run } from './support/inside.ts';
import { type Keys, teamWindow } from './support/team-window.ts';

const AS_APPROVER: Keys = {
  development: ['author', 'tomas.berg'],
  staging: ['approver', 'tomas.berg'],
  production: ['approver', 'tomas.berg'],
};

describe('comments on several versions at once', () => {
  const team = teamWindow({ approvals: 1, keys: AS_APPROVER });
  const ada = () => team.client('production', 'approver', 'ada');
  const author = () => team.client('development', 'author', 'lea.horn');

  /** @1 in production, @2 in staging, with a comment at the first line of each. */
  async function changed(): Promise<PromptName> {
    const prompt = freshPrompt();
    await team.publishAs('lea.horn', prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1);
    await team.promote(prompt, 'production', 1);
    await team.promote(prompt, 'staging', 2);
    for (const version of [1, 2])
      await (await author()).addComment(prompt, { version, line: 1, text: `On @${version}` } as never);
    return prompt;
  }
  const threadOn = (prompt: string, version: number) =>
    eventually(`a thread on ${prompt}@${version}`, async () =>
      (await inside()).comments.shown().find(({ uri }) => uri.path === `/${prompt}@${version}`),
    );
  const told = async (prompt: PromptName) =>
    (await (await author()).listThreads(prompt)).data.map(({ version, comments }) => [
      `@${version}`,
      ...comments.map(({ text }) => text),
    ]);

  /** Both sides show what was written, a reply goes to its side, and so does a new comment. */
  async function isCommented(prompts: readonly PromptName[]): Promise<void> {
    for (const prompt of prompts)
      for (const version of [1, 2])
        assert.equal((await threadOn(prompt, version)).label, `@${version}, line 1`);
    const [one, two] = prompts as [PromptName, PromptName];
    await run('addComment', {}, { thread: await threadOn(one, 1), text: 'Why?' });
    await run('addComment', {}, { thread: await threadOn(two, 2), text: 'Good.' });
    assert.deepEqual(await told(one), [
      ['@2', 'On @2'],
      ['@1', 'On @1', 'Why?'],
    ]);
    assert.deepEqual(await told(two), [
      ['@2', 'On @2', 'Good.'],
      ['@1', 'On @1'],
    ]);
  }

  it('appear on both sides of a release review, from which it can be approved', async () => {
    const prompts = [await changed(), await changed()];
    const items = prompts.map(prompt => ({ prompt, version: 2, from: 1 }));
    const place = { environment: 'production', channel: 'stable' };
    const asked = await (await ada()).promoteRelease({
      ...{ ...place, reason: 'Sprint 12', items, atomic: true },
    } as never);
    const id = asked.release?.id ?? '';
    await run('refresh');
    await run('reviewRelease', {}, id);
    await eventually('the review', () => activeTab()?.label.startsWith(`Review release ${id}`));
    await isCommented(prompts);
    // The review in front is what the command is about, from the palette and from the title of the editor.
    const title = activeTab()?.input as { textDiffs: { modified: vscode.Uri }[] };
    const rejected = await run('rejectRelease', { texts: [undefined] }, title.textDiffs[0]?.modified);
    assert.match(rejected.asked[0]?.title ?? '', new RegExp(`^Reject 2 prompts of release ${id} for`));
    const approved = await run('approveRelease', { confirms: [true] });
    await approved.message(/^Approved\. 2 prompts are now live in production/);
  });

  it('are on both sides of the comparison of two environments', async () => {
    const prompts = [await changed(), await changed()];
    await run('refresh');
    await run('compareEnvironments', { picks: ['staging → production'] });
    await eventually('the comparison', () => activeTab()?.label.startsWith('staging → production'));
    await isCommented(prompts);
  });

  it('also appear on a prompt that is new in one of them', async () => {
    const prompt = freshPrompt();
    await team.publishAs('lea.horn', prompt, 'One.\n');
    await team.promote(prompt, 'staging', 1);
    await (await author()).addComment(prompt, { version: 1, line: 1, text: 'New here' } as never);
    await run('refresh');
    await run('compareEnvironments', { picks: ['staging → production'] });
    await eventually('the comparison', () => activeTab()?.label.startsWith('staging → production'));
    assert.equal((await threadOn(prompt, 1)).label, '@1, line 1');
  });
});
