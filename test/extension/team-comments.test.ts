// Comments in the diff of a review, shown and written through VS Code's own comments.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { inside, run } from './support/inside.ts';
import { teamWindow } from './support/team-window.ts';

describe('the comments of a review', () => {
  const team = teamWindow({
    approvals: 1,
    keys: { development: ['author', 'tomas.berg'], production: ['approver', 'tomas.berg'] },
  });

  it('shows the comments of a review at their lines, and adds to them', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await team.promote(prompt, 'production', 1);
    const { id } = await team.request(prompt, { environment: 'production', version: 2, by: 'ada' });
    const author = await team.client('development', 'author', 'ada');
    await author.comment(id, { text: 'Too [soft](command:x)?', place: { side: 'to', line: 1 } });
    await run('refresh');
    await run('reviewPromotion', {}, id);
    const { comments } = await inside();
    const thread = await eventually('the thread', () => comments.shown()[0]);
    assert.equal(thread.range?.start.line, 0);
    assert.equal(thread.canReply, true);
    assert.equal(thread.uri.path, `/${prompt}@2`);
    const [first] = thread.comments;
    assert.equal(first?.author.name, 'ada');
    assert.ok(first?.timestamp instanceof Date);
    assert.ok(first?.body instanceof vscode.MarkdownString);
    assert.ok(!first.body.value.includes('[soft](command:x)'));

    await run('addComment', {}, { thread, text: 'No, as agreed.' });
    assert.deepEqual(
      (await author.listComments(id)).data.map(({ actor, text, place }) => [actor, text, place?.line]),
      [
        ['ada', 'Too [soft](command:x)?', 1],
        ['tomas.berg', 'No, as agreed.', 1],
      ],
    );
    await eventually('the reply', () => comments.shown()[0]?.comments.length === 2);
    await run('rejectPromotion', { texts: ['Too soft'] }, id);
    await eventually('the end of replies', () => comments.shown()[0]?.canReply === false);
  });
});
