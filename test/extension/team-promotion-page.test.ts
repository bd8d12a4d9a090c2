// The page of a promotion, opened as its row in the view opens it.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { activeTab, inside, nameRegistry, run } from './support/inside.ts';
import { overhear } from './support/promotion-page.ts';
import { ScriptedAsk } from './support/scripted-ask.ts';
import { teamRegistry } from './support/team-registry.ts';
import { type Keys, teamWindow } from './support/team-window.ts';

const AS_APPROVER: Keys = {
  development: ['author', 'tomas.berg'],
  staging: ['approver', 'tomas.berg'],
  production: ['approver', 'tomas.berg'],
};

describe('the promotion page', () => {
  const team = teamWindow({ approvals: 1, keys: AS_APPROVER });

  /** A request by ada for @2 where @1 is live, and its page. */
  async function opened() {
    const prompt = freshPrompt();
    await team.publishAs('lea.horn', prompt, 'Be kind.\n', '---\nmodel: acme/b\n---\nBe very kind.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await team.promote(prompt, 'production', 1);
    const request = { environment: 'production', version: 2, reason: 'Softer words', by: 'ada' } as const;
    const { id } = await team.request(prompt, request);
    await run('refresh');
    await run('openPromotion', {}, id);
    const { open } = await (await inside()).promotionPages();
    const page = open.find(each => each.id === id);
    assert.ok(page);
    const heard = await overhear(page);
    await eventually('what changes', () => heard.content?.changes.some(each => each.startsWith('Words')));
    return { prompt, id, page, heard };
  }

  it('shows what changes, why, and what it requires, in one page per promotion', async () => {
    const { prompt, id, heard } = await opened();
    const { content: shown } = heard;
    assert.equal(shown?.title, `Promote ${prompt}@2 to production`);
    assert.equal(shown.status, 'Waiting for approval: 0 of 1 approval');
    assert.deepEqual(shown.changes, [
      'Sentences: 1 changed.',
      'Words: 1 added.',
      'Tokens with the default inputs: 4, 1 more than before.',
      'model is set to “acme/b”.',
    ]);
    assert.match(
      shown.policy.join(' '),
      /needs 1 approval by someone else.*stable in staging first\. @2 has been/,
    );
    assert.deepEqual(
      shown.actions.map(({ label }) => label),
      ['Approve @2 for production…', 'Reject @2 for production…'],
    );
    await run('openPromotion', {}, id);
    const { open } = await (await inside()).promotionPages();
    assert.equal(open.filter(each => each.id === id).length, 1);
    await eventually('the page in front', () => activeTab()?.input instanceof vscode.TabInputWebview);
    const { tree } = (await inside()).promotionsView;
    const [group] = tree.getChildren();
    const [row] = tree.getChildren(group);
    assert.ok(row);
    assert.equal(tree.getTreeItem(row).command?.command, 'promptforge.openPromotion');
  });

  it('opens the changes, sends a comment once, and is the target of commands', async () => {
    const { prompt, id, page, heard } = await opened();
    const key = crypto.randomUUID();
    await Promise.all([1, 2].map(() => page.receive({ type: 'comment', text: ' Why softer? ', key })));
    await page.receive({ type: 'comment', text: ' \u200b ', key: crypto.randomUUID() });
    assert.equal(heard.last?.type, 'notCommented');
    const ada = await team.client('production', 'approver', 'ada');
    await ada.comment(id, { text: 'They shouted.', place: { side: 'to', line: 4 } });
    await eventually('both comments', () => heard.content?.discussion.length === 2);
    assert.deepEqual(
      heard.content?.discussion.map(({ who, where, text }) => [who, where, text]),
      [
        ['tomas.berg', undefined, 'Why softer?'],
        ['ada', '@2, line 4', 'They shouted.'],
      ],
    );
    // Without being named: the page in front is meant.
    page.panel.reveal();
    await eventually('the page in front', () => page.panel.active);
    const ask = await run('approvePromotion', { confirms: [true] });
    await ask.message(new RegExp(`^Approved: ${prompt}@2 is now live in production`));
    await eventually('its end', () => heard.content?.status === 'Live now');
    assert.deepEqual([heard.content?.actions, heard.content?.mayComment], [[], false]);
    await page.receive({ type: 'openChanges' });
    const tab = await eventually('the changes', () =>
      activeTab()?.label.startsWith('Review') ? activeTab() : undefined,
    );
    assert.ok(tab.input instanceof vscode.TabInputTextDiff);
  });

  it('keeps a comment when the promotion has ended in the meantime', async () => {
    const { id, page, heard } = await opened();
    const ada = await team.client('production', 'approver', 'ada');
    await ada.cancel(id);
    const key = crypto.randomUUID();
    await page.receive({ type: 'comment', text: 'Too late', key });
    const { last } = heard;
    assert.equal(last?.type, 'notCommented');
    assert.match(last.message, /^Not sent: .* Your text is kept here\./);
    await eventually('its end', () => heard.content?.status === 'Canceled');
  });

  it('shows edited and deleted comments of others', async () => {
    const { prompt, id, heard } = await opened();
    const ada = await team.client('production', 'approver', 'ada');
    const { id: comment } = await ada.comment(id, { text: 'They shouted.', place: null });
    await eventually('the comment', () => heard.content?.discussion.length === 1);
    await team.isFollowed();
    await ada.editComment(prompt, comment, 'They wrote in capitals.');
    await eventually('the edit', () => heard.content?.discussion[0]?.text === 'They wrote in capitals.');
    await ada.deleteComment(prompt, comment);
    await eventually('no comment', () => heard.content?.discussion.length === 0);
  });

  it('is disabled while the window is connected to another registry', async () => {
    const { id, page, heard } = await opened();
    await using other = await teamRegistry();
    const { session, promotions } = (await inside()).workbench;
    page.panel.reveal();
    await eventually('the page in front', () => promotions.pageInFront === id);
    const changes: unknown[] = [];
    const listening = session.onDidChange(() => {
      if (session.registry === other.url)
        changes.push([session.place, promotions.pageInFront, heard.content?.actions]);
    });
    await nameRegistry(other.url);
    await eventually(
      'the other registry',
      () => session.registry === other.url && session.place === other.url,
    );
    await eventually('a word on it', () => /^This promotion belongs to /.test(heard.content?.trouble ?? ''));
    assert.deepEqual(heard.content?.actions, []);
    listening.dispose();
    // From the first change on, not only after the other registry has answered.
    assert.deepEqual(changes[0], [other.url, undefined, []]);
    assert.equal(promotions.pageInFront, undefined);
    const ask = new ScriptedAsk();
    (await inside()).answerWith(ask);
    await page.receive({ type: 'decide', action: 'approve' });
    await ask.message(/This promotion belongs to .*, and this window is connected to /);
    await nameRegistry(team.registry.url);
    await eventually('its own registry', () => heard.content?.actions.length === 2);
    assert.equal(heard.content?.trouble, undefined);
    assert.equal(promotions.pageInFront, id);
  });

  it('does not decide a promotion of another registry from an outdated row', async () => {
    const { id } = await opened();
    const { promotions } = (await inside()).workbench;
    const promotion = await eventually('the promotion in the list', () => promotions.find(id));
    const row = { kind: 'promotion', promotion: { ...promotion, requestedAt: '2026-01-01T00:00:00.000Z' } };
    const ask = await run('approvePromotion', {}, row);
    await ask.message(/belongs to another registry than the one this window is connected to\. Nothing/);
    const release = { kind: 'release', release: { id: '1', atomic: true, promotions: [row.promotion] } };
    const refused = await run('approveRelease', {}, release);
    assert.deepEqual(refused.confirmed, []);
    assert.equal(refused.told.length, 1);
  });
});
