// The page of a promotion, opened as its row in the view opens it.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { activeTab, inside, run } from './support/inside.ts';
import { type Keys, teamWindow } from './support/team-window.ts';

const AS_APPROVER: Keys = {
  development: ['author', 'tomas.berg'],
  staging: ['approver', 'tomas.berg'],
  production: ['approver', 'tomas.berg'],
};

describe('the page of a promotion', () => {
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
    await eventually('what changes', () => page.shown?.changes.some(each => each.startsWith('Words')));
    return { prompt, id, page };
  }

  it('says what changes, why, and what it needs, and is one for each promotion', async () => {
    const { prompt, id, page } = await opened();
    const { shown } = page;
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

  it('opens the changes, takes a comment once, and is what the commands are about', async () => {
    const { prompt, id, page } = await opened();
    const key = crypto.randomUUID();
    await Promise.all([1, 2].map(() => page.receive({ type: 'comment', text: ' Why softer? ', key })));
    await page.receive({ type: 'comment', text: ' \u200b ', key: crypto.randomUUID() });
    assert.equal(page.told?.type, 'notCommented');
    const ada = await team.client('production', 'approver', 'ada');
    await ada.comment(id, { text: 'They shouted.', place: { side: 'to', line: 4 } });
    await eventually('both comments', () => page.shown?.discussion.length === 2);
    assert.deepEqual(
      page.shown?.discussion.map(({ who, where, text }) => [who, where, text]),
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
    await eventually('its end', () => page.shown?.status === 'Live now');
    assert.deepEqual([page.shown?.actions, page.shown?.mayComment], [[], false]);
    await page.receive({ type: 'openChanges' });
    const tab = await eventually('the changes', () =>
      activeTab()?.label.startsWith('Review') ? activeTab() : undefined,
    );
    assert.ok(tab.input instanceof vscode.TabInputTextDiff);
  });

  it('keeps a comment for the person where the promotion has ended meanwhile', async () => {
    const { id, page } = await opened();
    const ada = await team.client('production', 'approver', 'ada');
    await ada.cancel(id);
    const key = crypto.randomUUID();
    await page.receive({ type: 'comment', text: 'Too late', key });
    const { told } = page;
    assert.equal(told?.type, 'notCommented');
    assert.match(told.message, /^Not sent: .* Your text is kept here\./);
    await eventually('its end', () => page.shown?.status === 'Cancelled');
  });
});
