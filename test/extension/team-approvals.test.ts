// Promotions that wait for approval or for their time: shown, reviewed, decided, and told of to everyone.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PromptName } from '../../src/core/name.ts';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { activeTab, inside, run } from './support/inside.ts';
import { type Keys, teamWindow, waiting } from './support/team-window.ts';

const AS_APPROVER: Keys = {
  development: ['author', 'tomas.berg'],
  staging: ['approver', 'tomas.berg'],
  production: ['approver', 'tomas.berg'],
};

describe('a registry that requires approvals', () => {
  const team = teamWindow({ approvals: 1, keys: AS_APPROVER });
  const asAuthor = () => team.hold({ ...AS_APPROVER, production: ['author', 'tomas.berg'] });

  const ada = () => team.client('production', 'approver', 'ada');
  const requestByAda = (prompt: PromptName, version: number) =>
    team.request(prompt, { environment: 'production', version, reason: 'Softer words', by: 'ada' });

  /** @1 is live in production, and @2 in staging: what one may ask for in production next. */
  const twoVersions = async (prompt: PromptName) => {
    await team.publishAs('lea.horn', prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await team.promote(prompt, 'production', 1);
    await run('refresh');
  };

  const shown = async (): Promise<string[]> => {
    const { tree } = (await inside()).promotionsView;
    return tree.getChildren().flatMap(group => [
      String(tree.getTreeItem(group).label),
      ...tree.getChildren(group).map(node => {
        const { label, contextValue } = tree.getTreeItem(node);
        return `  ${String(label)} ${contextValue}`;
      }),
    ]);
  };

  it('reports that a promotion is pending, and what is live in the meantime', async () => {
    const prompt = freshPrompt();
    await asAuthor();
    await team.publish(prompt, 'One.\n');
    await team.promote(prompt, 'staging', 1);
    await run('refresh');
    const ask = await run(
      'promote',
      { picks: ['production · stable'], texts: ['Go'], confirms: [true] },
      prompt,
      1,
    );
    await ask.message(
      `${prompt}@1 waits for 1 approval before it goes live in production. Nothing is live in production yet.`,
    );
  });

  /** A prompt whose first version the author asks to promote to production, as the window shows it. */
  async function ownRequest(): Promise<ReturnType<typeof freshPrompt>> {
    const prompt = freshPrompt();
    await asAuthor();
    await team.publish(prompt, 'One.\n');
    await team.promote(prompt, 'staging', 1);
    await team.request(prompt, { environment: 'production', version: 1, role: 'author' });
    await run('refresh');
    await eventually('what waits', async () => (await waiting('anybody')) === 1);
    return prompt;
  }

  it('lists your own requests apart from those you can approve, which the badge counts', async () => {
    await ownRequest();
    assert.equal(await waiting(), 0);
    assert.deepEqual((await shown()).slice(0, 2), [
      'Requested by you',
      '  explain@1 production: 0 of 1 approval :promotion:waiting:cancel:',
    ]);
  });

  it('cancels your own request', async () => {
    const prompt = await ownRequest();
    const ask = await run('cancelPromotion', { picks: [`${prompt}@1`], texts: ['Too early'] });
    await ask.message(new RegExp(`^Canceled: ${prompt}@1 does not go live in`));
    await eventually('nothing to wait', async () => (await waiting('anybody')) === 0);
  });

  it("approves another person's request, which makes it live, and refreshes the explorer", async () => {
    const prompt = freshPrompt();
    await team.publishAs('lea.horn', prompt, 'One.\n');
    await team.promote(prompt, 'staging', 1);
    const { id } = await requestByAda(prompt, 1);
    await run('refresh');
    await eventually('the badge', async () => (await waiting()) === 1);
    assert.match(
      (await shown()).slice(0, 2).join(),
      /^Waiting for you,.*:promotion:waiting:approve:reject:$/,
    );
    const ask = await run('approvePromotion', { confirms: ['alternative'], texts: ['Read it'] }, id);
    await ask.message(`Approved: ${prompt}@1 is now live in production. Applications get @1.`);
    const { prompts } = (await inside()).workbench;
    await eventually('the explorer to show it', () =>
      prompts.listed
        .get(prompt)
        ?.summary?.pointers.some(each => each.environment === 'production' && each.version === 1),
    );
    await eventually('the badge to go', async () => (await waiting()) === 0);
  });

  it('does not offer to approve what you wrote, and explains why', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n');
    await team.promote(prompt, 'staging', 1);
    const { id } = await requestByAda(prompt, 1);
    await run('refresh');
    await eventually('what waits', async () => (await waiting('anybody')) === 1);
    assert.equal(await waiting(), 0);
    assert.match((await shown()).slice(0, 2).join(), /^Waiting for others,.*:promotion:waiting:reject:$/);
    const { promotions } = (await inside()).workbench;
    assert.deepEqual(promotions.find(id)?.authors, ['tomas.berg']);
    const ask = await run('approvePromotion', { confirms: [true] }, id);
    await ask.message(new RegExp(`^Not approved: You wrote ${prompt}@1, which this promotion changes`));
  });

  it('approves after one confirmation, and can undo it', async () => {
    const prompt = freshPrompt();
    await twoVersions(prompt);
    const { id } = await requestByAda(prompt, 2);
    await run('refresh');
    const ask = await run('approvePromotion', { confirms: [true, true], button: 'Undo…' }, id);
    await ask.message(`Approved: ${prompt}@2 is now live in production. It was @1. Applications get @2.`);
    await ask.message(
      `Rolled back: ${prompt}@1 is live in production again. It was @2. Applications get @1.`,
    );
    assert.deepEqual(
      ask.confirmed.map(({ message }) => message),
      [`Approve ${prompt}@2 for production?`, `Roll back ${prompt} to @1 in production?`],
    );
    assert.match(ask.confirmed[0]?.detail ?? '', /It replaces @1\./);
    assert.deepEqual(ask.asked, [], 'neither asks for words');
  });

  it('opens a review as the native diff between the live and the requested version', async () => {
    const prompt = freshPrompt();
    await twoVersions(prompt);
    const { id } = await requestByAda(prompt, 2);
    await run('refresh');
    await run('reviewPromotion', {}, id);
    const tab = await eventually('the review', () =>
      activeTab()?.label.startsWith('Review') ? activeTab() : undefined,
    );
    assert.match(tab.label, /^Review (?:case-\d+\/)?explain: @1 ↔ @2 → production$/);
    assert.ok(tab.input instanceof vscode.TabInputTextDiff);
    const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
    assert.deepEqual([await text(tab.input.original), await text(tab.input.modified)], ['One.\n', 'Two.\n']);
    // The review in front is what the command is about.
    const ask = await run('rejectPromotion', { texts: ['Too soft'] });
    await ask.message(new RegExp(`^Rejected: ${prompt}@2 .* ${prompt}@1 is still live`));
    assert.equal((await (await ada()).getPromotion(id)).closed?.comment, 'Too soft');
  });

  it('plans a promotion for a local time, and shows it', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await run('refresh');
    const at = `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 16)}:00.000Z`;
    const ask = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Back', at], confirms: ['alternative', true] },
      prompt,
      1,
    );
    assert.match(ask.confirmed[1]?.message ?? '', new RegExp(`${at.slice(11, 16)} UTC\\)?\\?$`));
    await ask.message(new RegExp(`^Planned: ${prompt}@1 goes live in staging on `));
    await eventually('the planned one', async () =>
      (await shown()).some(line =>
        /^ {2}explain@1 staging: .+ :promotion:planned:reject:cancel:$/.test(line),
      ),
    );
    const cancelled = await run('cancelPromotion', { picks: ['staging'], texts: [''] });
    await cancelled.message(new RegExp(`^Canceled: .* ${prompt}@2 is still live in staging`));
  });

  it('explains a refusal, and changes nothing', async () => {
    const prompt = freshPrompt();
    await twoVersions(prompt);
    const { id } = await requestByAda(prompt, 2);
    await (await ada()).cancel(id);
    // As the window knew it before it was cancelled.
    const closed = await (await ada()).getPromotion(id);
    const node = { kind: 'promotion', promotion: { ...closed, state: 'pending', closed: null } };
    const late = await run('approvePromotion', { confirms: [true] }, node);
    await late.message(/^Someone else was faster\./);
    const own = await team.request(prompt, { environment: 'production', version: 2, reason: 'Mine' });
    const self = await run('approvePromotion', { confirms: [true] }, own.id);
    await self.message(/^Not approved: You requested this promotion, so someone else must approve it/);
    assert.equal((await (await ada()).getPromotion(own.id)).state, 'pending');
  });

  it('shows the actions of others automatically', async () => {
    const prompt = freshPrompt();
    await twoVersions(prompt);
    await team.isFollowed();
    await team.request(prompt, {
      environment: 'production',
      channel: 'canary',
      version: 2,
      reason: 'A few first',
      by: 'ada',
    });
    await eventually('the promotion', async () =>
      (await shown()).some(line => line.startsWith('  explain@2 production (canary)')),
    );
  });
});
