// Comments in the diff of a review, shown and written through VS Code's own comments.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { inside, run } from './support/inside.ts';
import { teamWindow } from './support/team-window.ts';

describe('review comments', () => {
  const team = teamWindow({
    approvals: 1,
    keys: { development: ['author', 'tomas.berg'], production: ['approver', 'tomas.berg'] },
  });

  it('appear at their lines, and can be added', async () => {
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
    // The review takes no more comments; the lines of its versions do.
    await eventually('its end', () => comments.shown()[0]?.label?.endsWith('This promotion has ended'));
    assert.equal(thread.canReply, true);
    await run('addComment', {}, { thread, text: 'Next time.' });
    assert.equal((await author.listComments(id)).data.length, 2);
    const [line] = (await author.listThreads(prompt)).data;
    assert.equal(line?.comments.at(-1)?.text, 'Next time.');
    await eventually('the reply', () => thread.comments.length === 3);
  });

  /** A promotion under review with a comment at the first line, and its thread. */
  async function underReview() {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await team.promote(prompt, 'production', 1);
    const { id } = await team.request(prompt, { environment: 'production', version: 2, by: 'ada' });
    const author = await team.client('development', 'author', 'ada');
    await author.comment(id, { text: 'Why?', place: { side: 'to', line: 1 } });
    await run('refresh');
    await run('reviewPromotion', {}, id);
    const { comments } = await inside();
    const threadNow = () => comments.shown().find(each => each.uri.path === `/${prompt}@2`);
    const thread = await eventually('the thread', threadNow);
    const texts = async () => (await author.listComments(id)).data.map(({ text }) => text);
    return { prompt, id, thread, threadNow, texts };
  }

  const isComment = ({ method, path }: { method: string; path: string }) =>
    method === 'POST' && path.endsWith('/comments');

  it('stay in their thread when sending fails, and can be sent again', async () => {
    const { thread, threadNow, texts } = await underReview();
    team.registry.weather = seen => (isComment(seen) ? 'down' : 'pass');
    const failed = await run('addComment', {}, { thread, text: 'As [agreed](x)?\nYes.' });
    await failed.message(/^Commenting failed: /);
    const unsent = thread.comments[1];
    assert.equal(unsent?.label, 'Not sent');
    assert.equal(unsent?.contextValue, 'unsent');
    assert.equal(unsent?.body, 'As [agreed](x)?\nYes.');
    assert.equal(thread.canReply, false);
    await run('refresh');
    assert.equal(threadNow(), thread);
    assert.equal(thread.comments[1], unsent);
    assert.deepEqual(await texts(), ['Why?']);

    await team.calm();
    await run('sendCommentAgain', {}, unsent);
    assert.deepEqual(await texts(), ['Why?', 'As [agreed](x)?\nYes.']);
    await eventually('the comment in its thread, sent', () => {
      const [, sent, ...more] = thread.comments;
      return sent?.author.name === 'tomas.berg' && sent.label === undefined && more.length === 0;
    });
    assert.equal(thread.canReply, true);
    assert.deepEqual((await run('sendCommentAgain')).told, [
      { severity: 'info', message: 'Every comment was sent.', buttons: [] },
    ]);
  });

  it('are sent once, even if the answer was lost and sending is repeated', async () => {
    const { thread, texts } = await underReview();
    team.registry.weather = seen => (isComment(seen) ? 'lost' : 'pass');
    await run('addComment', { button: 'Try Again' }, { thread, text: 'Good.' });
    await team.calm();
    await run('refresh');
    await eventually('the comment in its thread, sent', () => {
      const [, sent, ...more] = thread.comments;
      return sent !== undefined && sent.label === undefined && more.length === 0;
    });
    assert.equal(thread.canReply, true);
    assert.deepEqual(await texts(), ['Why?', 'Good.']);
  });

  it('are sent to their line when the review has ended in the meantime', async () => {
    const { prompt, id, thread, texts } = await underReview();
    team.registry.weather = seen => (isComment(seen) ? 'down' : 'pass');
    await run('addComment', {}, { thread, text: 'As agreed.' });
    await team.calm();
    await (await team.client('production', 'approver', 'ada')).cancel(id);
    await run('sendCommentAgain', { picks: ['As agreed.'] });
    await eventually('the comment in its thread, sent', () => {
      const [, sent] = thread.comments;
      return sent?.author.name === 'tomas.berg' && sent.label === undefined;
    });
    assert.deepEqual(await texts(), ['Why?']);
    const author = await team.client('development', 'author', 'ada');
    const [line] = (await author.listThreads(prompt)).data;
    assert.deepEqual(
      line?.comments.map(({ text }) => text),
      ['Why?', 'As agreed.'],
    );
  });

  it('can be discarded and edited while unsent, also from the Command Palette', async () => {
    const { thread, texts } = await underReview();
    await run('addComment', {}, { thread, text: 'x'.repeat(4001) });
    const tooLong = thread.comments[1];
    assert.equal(tooLong?.label, 'Not sent');
    await run('editComment', {}, tooLong);
    assert.equal(thread.comments[1]?.mode, vscode.CommentMode.Editing);
    await run('cancelCommentEdit', {}, tooLong);
    assert.equal(thread.comments[1]?.mode, vscode.CommentMode.Preview);
    await run('editComment', {}, tooLong);
    assert.ok(tooLong);
    tooLong.body = 'Shorter';
    await run('sendEditedComment', {}, tooLong);
    assert.deepEqual(await texts(), ['Why?', 'Shorter']);

    team.registry.weather = seen => (isComment(seen) ? 'down' : 'pass');
    await run('addComment', {}, { thread, text: 'Never mind' });
    const kept = await run('discardComment', { picks: ['Never mind'], confirms: [false] });
    assert.match(kept.offered[0]?.[0] ?? '', /^Never mind .*@2 for production, line 1$/);
    assert.equal(thread.comments[2]?.label, 'Not sent');
    await run('discardComment', { picks: ['Never mind'], confirms: [true] });
    assert.equal(thread.comments.length, 2);
    assert.deepEqual(await texts(), ['Why?', 'Shorter']);
  });

  it('keep their thread and unsent text while the review is closed', async () => {
    const { id, thread, threadNow } = await underReview();
    team.registry.weather = seen => (isComment(seen) ? 'down' : 'pass');
    await run('addComment', {}, { thread, text: 'Later' });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await eventually('no review', () => threadNow() === undefined);
    await run('reviewPromotion', {}, id);
    assert.equal(await eventually('the thread', threadNow), thread);
    assert.equal(thread.comments[1]?.body, 'Later');
    await run('discardComment', { confirms: [true] }, thread.comments[1]);
  });
});
