// Comments on either side of a comparison of versions, and on a version alone, by two people.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { PromptName } from '../../src/core/name.ts';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { inside, promptFile, run, writePrompt } from './support/inside.ts';
import { shownEditor } from './support/shown.ts';
import { teamWindow } from './support/team-window.ts';
import { withoutAutoSave } from './support/without-auto-save.ts';

describe('comments on versions', () => {
  withoutAutoSave();
  const team = teamWindow({
    approvals: 1,
    keys: { development: ['author', 'tomas.berg'], production: ['approver', 'tomas.berg'] },
  });

  const ada = () => team.client('development', 'author', 'ada');
  const version = (number: number) => number as never;

  /** A prompt with these versions, and the comparison of two of them in front. */
  async function compared(sources: readonly string[], left: number, right: number) {
    const prompt = freshPrompt();
    await team.publish(prompt, ...sources);
    await run('refresh');
    await open(prompt, left, right);
    return prompt;
  }
  async function open(prompt: PromptName, left: number, right: number) {
    const { workbench } = await inside();
    const { versionUriParts } = await import('../../src/editor/versions/uri.ts');
    const registry = workbench.session.registry ?? '';
    const uri = (number: number) =>
      vscode.Uri.from(versionUriParts({ registry, prompt, version: version(number) }));
    if (left === right) await vscode.window.showTextDocument(uri(right), { preview: false });
    else await vscode.commands.executeCommand('vscode.diff', uri(left), uri(right), 'Compared');
    return uri;
  }
  async function shown() {
    const { comments } = await inside();
    return comments.shown().map(thread => {
      const first = thread.comments[0];
      const body = first?.body instanceof vscode.MarkdownString ? first.body.value : first?.body;
      return `${thread.uri.path.replace(/.*@/, '@')}:${(thread.range?.start.line ?? -1) + 1} ${thread.label} | ${body}`;
    });
  }
  const threadOn = (prompt: string, number: number) =>
    eventually(`a thread on @${number}`, async () =>
      (await inside()).comments.shown().find(({ uri }) => uri.path === `/${prompt}@${number}`),
    );
  const told = async (prompt: PromptName) =>
    (await (await ada()).listThreads(prompt)).data.map(({ version, line, resolved, comments }) => [
      `@${version}:${line}${resolved === null ? '' : ' resolved'}`,
      ...comments.map(({ actor, text }) => `${actor}: ${text}`),
    ]);

  it('appear to others at once, on the right side, and can be answered there', async () => {
    const prompt = await compared(['One.\nOld.\n', 'One.\nNew.\n'], 1, 2);
    await (await ada()).addComment(prompt, { version: version(1), line: 2, text: 'Why [not](command:x)?' });
    const thread = await threadOn(prompt, 1);
    assert.equal(thread.range?.start.line, 1);
    assert.equal(thread.label, '@1, line 2');
    assert.equal((await inside()).comments.shown().length, 1);
    const [first] = thread.comments;
    assert.ok(first?.body instanceof vscode.MarkdownString && !first.body.value.includes('[not](command:x)'));
    assert.equal(first.contextValue, 'sent');
    await run('addComment', {}, { thread, text: 'It was wrong.' });
    assert.deepEqual(await told(prompt), [
      ['@1:2', 'ada: Why [not](command:x)?', 'tomas.berg: It was wrong.'],
    ]);
    await eventually('the reply', () => thread.comments.length === 2);
    assert.equal(thread.comments[1]?.contextValue, 'sent:edit:delete');
    // Somebody else's answer comes by itself.
    await (await ada()).addComment(prompt, { version: version(1), line: 2, text: 'I see.' });
    await eventually('the answer', () => thread.comments.length === 3);
  });

  it('are resolved, reopened, edited and deleted, also from the Command Palette', async () => {
    const prompt = await compared(['One.\n', 'Two.\n'], 1, 2);
    await (await ada()).addComment(prompt, { version: version(2), line: 1, text: 'Hm' });
    const thread = await threadOn(prompt, 2);
    await run('addComment', {}, { thread, text: 'Mine' });
    await eventually('the reply', () => thread.comments.length === 2);
    assert.equal(thread.contextValue, 'open');
    await run('resolveComments', {}, thread);
    assert.deepEqual(await told(prompt), [['@2:1 resolved', 'ada: Hm', 'tomas.berg: Mine']]);
    await eventually('the state', () => thread.state === vscode.CommentThreadState.Resolved);
    assert.equal(thread.label, '@2, line 1 · Resolved by tomas.berg');
    const reopened = await run('unresolveComments', { picks: ['Hm'] });
    assert.equal(reopened.offered[0]?.length, 1);
    await eventually('the state', () => thread.state === vscode.CommentThreadState.Unresolved);

    const mine = thread.comments[1];
    assert.ok(mine);
    await run('editComment', {}, mine);
    assert.equal(mine.mode, vscode.CommentMode.Editing);
    assert.equal(mine.body, 'Mine');
    mine.body = ' \u200b';
    const blank = await run('sendEditedComment', {}, mine);
    await blank.message(/Enter a (reason|comment)/);
    mine.body = 'Mine, edited';
    await run('sendEditedComment', {}, mine);
    assert.deepEqual(await told(prompt), [['@2:1', 'ada: Hm', 'tomas.berg: Mine, edited']]);
    await eventually('the edit', () => thread.comments[1]?.label === 'Edited');
    assert.deepEqual(
      (await run('deleteComment', { picks: ['Mine, edited'], confirms: [false] })).offered[0]?.map(String)
        .length,
      1,
    );
    await run('deleteComment', { confirms: [true] }, thread.comments[1]);
    assert.deepEqual(await told(prompt), [['@2:1', 'ada: Hm']]);
    await eventually('one comment', () => thread.comments.length === 1);
  });

  it('can be restored after deletion, as new comments with the same text', async () => {
    const prompt = await compared(['One.\n', 'Two.\n'], 1, 2);
    await (await ada()).addComment(prompt, { version: version(2), line: 1, text: 'Hm' });
    const thread = await threadOn(prompt, 2);
    await run('addComment', {}, { thread, text: 'Mine' });
    await eventually('the reply', () => thread.comments.length === 2);
    const idsNow = async () =>
      (await (await ada()).listThreads(prompt)).data[0]?.comments.map(({ id }) => id);
    const before = await idsNow();
    const ask = await run('deleteComment', { confirms: [true], button: 'Undo' }, thread.comments[1]);
    await ask.message(`Deleted your comment on ${prompt}@2, line 1.`);
    await eventually('a new comment', async () => {
      const now = await idsNow();
      return now?.length === 2 && now[0] === before?.[0] && now[1] !== before?.[1];
    });
    assert.deepEqual(await told(prompt), [['@2:1', 'ada: Hm', 'tomas.berg: Mine']]);
  });

  it('follow their line into later versions, and say when it is gone', async () => {
    const prompt = await compared(['One.\nTwo.\nThree.\n', 'Zero.\nOne.\nTwo.\nThree.\n'], 2, 2);
    const client = await ada();
    await client.addComment(prompt, { version: version(1), line: 2, text: 'Of two' });
    await client.addComment(prompt, { version: version(1), line: 3, text: 'Of three' });
    await client.addComment(prompt, { version: version(1), line: 1, text: 'Done' });
    await client.resolveThread(prompt, { version: version(1), line: 1 }, true);
    await eventually('both on @2', async () => (await shown()).length === 2);
    assert.deepEqual((await shown()).sort(), ['@2:3 @1, line 2 | Of two', '@2:4 @1, line 3 | Of three']);
    // A reply goes to where it was asked.
    const two = (await inside()).comments.shown().find(({ label }) => label === '@1, line 2');
    await run('addComment', {}, { thread: two, text: 'Answered' });
    assert.deepEqual((await told(prompt))[1], ['@1:2', 'ada: Of two', 'tomas.berg: Answered']);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await client.publish(prompt, { source: 'Zero.\nTWO.\nThree.\n', message: '', base: version(2) });
    await run('refresh');
    await open(prompt, 3, 3);
    await eventually('both on @3', async () => (await shown()).length === 2);
    assert.deepEqual((await shown()).sort(), [
      '@3:2 @1, line 2 · On a line that version 3 changed | Of two',
      '@3:3 @1, line 3 | Of three',
    ]);
  });

  it('have suggestions that can be applied to the file and undone', async () => {
    const prompt = await compared(['Hello.\r\nBye.\r\n'], 1, 1);
    await writePrompt(prompt, 'New first.\r\nHello.\r\nBye.\r\n');
    await (await ada()).addComment(prompt, {
      ...{ version: version(1), line: 1 },
      text: 'Better:\n```suggestion\nHello, {{name}}.\nWelcome.\n```',
    });
    const thread = await threadOn(prompt, 1);
    const [comment] = thread.comments;
    assert.equal(comment?.contextValue, 'sent:suggestion');
    assert.ok(comment.body instanceof vscode.MarkdownString);
    assert.ok(comment.body.value.includes('```dotprompt\nHello, {{name}}.\nWelcome.\n```'));
    await run('applySuggestion', {}, comment);
    const { document } = await shownEditor(vscode.Uri.file(promptFile(prompt)));
    const hasText = (text: string) =>
      eventually('the text in the editor', () => document.getText() === text).catch(() =>
        assert.equal(document.getText(), text),
      );
    await hasText('New first.\r\nHello, {{name}}.\r\nWelcome.\r\nBye.\r\n');
    assert.equal(await readFile(promptFile(prompt), 'utf8'), 'New first.\r\nHello.\r\nBye.\r\n');
    await vscode.commands.executeCommand('undo');
    await hasText('New first.\r\nHello.\r\nBye.\r\n');

    await writePrompt(prompt, 'Something else.\r\nBye.\r\n');
    const refused = await run('applySuggestion', { picks: ['Better:'] });
    await refused.message(
      /Line 1 of .*@1 is not in the file of .* any more, so the suggestion was not applied/,
    );
    assert.equal(await readFile(promptFile(prompt), 'utf8'), 'Something else.\r\nBye.\r\n');
  });

  it('are kept while the registry is unavailable, and sent when it is back', async () => {
    const prompt = await compared(['One.\n', 'Two.\n'], 1, 2);
    await (await ada()).addComment(prompt, { version: version(2), line: 1, text: 'Hm' });
    const thread = await threadOn(prompt, 2);
    team.registry.weather = ({ method, path }) =>
      method === 'POST' && path.endsWith('/-/comments') ? 'down' : 'pass';
    const failed = await run('addComment', {}, { thread, text: 'Later' });
    await failed.message(/^Commenting failed: /);
    assert.equal(thread.comments[1]?.label, 'Not sent');
    assert.equal(thread.canReply, false);
    await team.calm();
    await run('sendCommentAgain', { picks: ['Later'] });
    await eventually('the comment in its thread, sent', () => {
      const [, sent] = thread.comments;
      return sent !== undefined && sent.label === undefined;
    });
    assert.deepEqual(await told(prompt), [['@2:1', 'ada: Hm', 'tomas.berg: Later']]);
  });

  it('appear at once after sending, even when the thread cannot be reloaded', async () => {
    const prompt = await compared(['One.\n', 'Two.\n'], 1, 2);
    await (await ada()).addComment(prompt, { version: version(2), line: 1, text: 'Hm' });
    const thread = await threadOn(prompt, 2);
    team.registry.weather = ({ method, path }) =>
      method === 'GET' && path.includes('/-/comments') ? 'down' : 'pass';
    const failed = /^Fetching the comments failed: /;

    await (await run('addComment', {}, { thread, text: 'Mine' })).message(failed);
    const mine = () => {
      const [, comment] = thread.comments;
      assert.ok(comment);
      return comment;
    };
    assert.deepEqual([mine().label, mine().contextValue], [undefined, 'sent:edit:delete']);

    await run('editComment', {}, mine());
    mine().body = 'Mine, edited';
    await (await run('sendEditedComment', {}, mine())).message(failed);
    assert.deepEqual([mine().label, mine().contextValue], ['Edited', 'sent:edit:delete']);

    await (await run('resolveComments', {}, thread)).message(failed);
    assert.equal(thread.label, '@2, line 1 · Resolved by tomas.berg');
    await (await run('unresolveComments', {}, thread)).message(failed);
    assert.equal(thread.state, vscode.CommentThreadState.Unresolved);

    const deleted = await run('deleteComment', { confirms: [true] }, mine());
    await deleted.message(`Deleted your comment on ${prompt}@2, line 1.`);
    assert.equal(thread.comments.length, 1);
    assert.deepEqual(await told(prompt), [['@2:1', 'ada: Hm']]);
  });

  it('are refused on an archived prompt, with a clear message', async () => {
    const prompt = await compared(['One.\n', 'Two.\n'], 1, 2);
    await (await ada()).addComment(prompt, { version: version(2), line: 1, text: 'Hm' });
    const thread = await threadOn(prompt, 2);
    const admin = await team.client('development', 'admin', 'root');
    await admin.archive(prompt, 'Old');
    const refused = await run('addComment', {}, { thread, text: 'Late' });
    await refused.message(/is archived and takes no comments\. Restore it/);
    assert.deepEqual(await told(prompt), [['@2:1', 'ada: Hm']]);
    await run('discardComment', { confirms: [true] }, thread.comments[1]);
  });

  it('appear in a review with its own comments, and are answered where they were written', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\nSame.\n', 'Two.\nSame.\n', 'Three.\nSame.\n');
    await team.promote(prompt, 'staging', 2, 3);
    await team.promote(prompt, 'production', 2);
    const { id } = await team.request(prompt, { environment: 'production', version: 3, by: 'ada' });
    const client = await ada();
    await client.addComment(prompt, { version: version(1), line: 2, text: 'From before' });
    await client.addComment(prompt, { version: version(3), line: 1, text: 'Of this version' });
    await client.comment(id, { text: 'In the review', place: { side: 'to', line: 1 } });
    await run('refresh');
    await run('reviewPromotion', {}, id);
    const { comments } = await inside();
    const threads = await eventually('both threads', () => {
      const all = comments.shown();
      return all.length === 2 && all.some(({ comments: each }) => each.length === 2) ? all : undefined;
    });
    const [before, own] = threads.toSorted((one, other) => one.comments.length - other.comments.length);
    assert.equal(before?.label, '@1, line 2');
    assert.equal(before.uri.path, `/${prompt}@3`);
    assert.equal(own?.comments.length, 2);
    await run('addComment', {}, { thread: before, text: 'Still so' });
    await run('addComment', {}, { thread: own, text: 'Agreed' });
    assert.deepEqual(
      (await client.listComments(id)).data.map(({ text }) => text),
      ['In the review', 'Agreed'],
    );
    assert.deepEqual(await told(prompt), [
      ['@3:1', 'ada: Of this version', 'ada: In the review', 'tomas.berg: Agreed'],
      ['@1:2', 'ada: From before', 'tomas.berg: Still so'],
    ]);
  });
});
