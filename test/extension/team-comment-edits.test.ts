// Edits of comments that did not reach the registry: kept, shown, sent again and discarded.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { inside, run } from './support/inside.ts';
import { teamWindow } from './support/team-window.ts';

describe('an edited comment', () => {
  const team = teamWindow({ keys: { development: ['author', 'tomas.berg'] } });

  /** A version with a comment of one's own at its first line. */
  async function commented() {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n');
    const client = await team.client('development', 'author', 'tomas.berg');
    await client.addComment(prompt, { version: 1, line: 1, text: 'Mine' } as never);
    await run('refresh');
    const open = () => run('openReference', {}, `${prompt}@1`);
    await open();
    const threadNow = async () =>
      (await inside()).comments.shown().find(({ uri }) => uri.path === `/${prompt}@1`);
    const thread = await eventually('the thread', threadNow);
    const texts = async () =>
      (await client.listThreads(prompt)).data.flatMap(({ comments }) => comments.map(({ text }) => text));
    const mine = () => {
      const [comment] = thread.comments;
      assert.ok(comment);
      return comment;
    };
    /** As VS Code does it: the new text is the body of the comment then. */
    const edit = async (text: string, script = {}) => {
      await run('editComment', {}, mine());
      assert.equal(mine().mode, vscode.CommentMode.Editing);
      mine().body = text;
      return run('sendEditedComment', script, mine());
    };
    return { prompt, client, thread, threadNow, open, texts, mine, edit };
  }
  const isEdit = ({ method }: { method: string }) => method === 'PUT';

  it('keeps the edit when it cannot be sent, and sends it again', async () => {
    const { thread, threadNow, open, texts, mine, edit } = await commented();
    team.registry.weather = seen => (isEdit(seen) ? 'down' : 'pass');
    const failed = await edit('Mine, [edited](x)\nYes.');
    await failed.message(/^Editing the comment failed: /);
    const isUnsent = () => {
      assert.deepEqual(
        [mine().label, mine().body, mine().mode, mine().contextValue],
        ['Edit not sent', 'Mine, [edited](x)\nYes.', vscode.CommentMode.Preview, 'sent:edit:delete:unsent'],
      );
    };
    isUnsent();
    await run('refresh');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await open();
    assert.equal(await eventually('the thread', threadNow), thread);
    isUnsent();
    await run('editComment', {}, mine());
    assert.equal(mine().body, 'Mine, [edited](x)\nYes.', 'what is edited further is what was not sent');
    await run('cancelCommentEdit', {}, mine());
    isUnsent();
    assert.deepEqual(await texts(), ['Mine']);

    await team.calm();
    const again = await run('sendCommentAgain', { picks: ['Mine, [edited]'] });
    assert.match(again.offered[0]?.[0] ?? '', /Edit of a comment on .*@1, line 1$/);
    assert.deepEqual(await texts(), ['Mine, [edited](x)\nYes.']);
    await eventually('the edit', () => mine().label === 'Edited');
    assert.ok(mine().body instanceof vscode.MarkdownString);
    await (await run('sendCommentAgain')).message('Every comment was sent.');
  });

  it('is recognized as sent, even if the answer was lost', async () => {
    const { texts, mine, edit } = await commented();
    team.registry.weather = seen => (isEdit(seen) ? 'lost' : 'pass');
    await edit('Arrived');
    assert.equal(mine().label, 'Edit not sent');
    await team.calm();
    await run('refresh');
    await eventually('the edit', () => mine().label === 'Edited');
    assert.deepEqual(await texts(), ['Arrived']);
    await (await run('discardComment')).message('Every comment was sent.');
  });

  it('can be discarded and brought back, and the published comment is unchanged', async () => {
    const { texts, mine, edit } = await commented();
    const tooLong = await edit('x'.repeat(4001));
    await tooLong.message(/At most 4000 characters/);
    assert.equal(mine().label, 'Edit not sent');
    const undone = await run('discardComment', { confirms: [true], button: 'Undo' }, mine());
    assert.equal(undone.confirmed[0]?.message, 'Discard this edit?');
    await eventually('the edit again', () => mine().label === 'Edit not sent');
    await run('discardComment', { confirms: [true] }, mine());
    assert.equal(mine().label, undefined);
    assert.ok(mine().body instanceof vscode.MarkdownString);
    assert.deepEqual(await texts(), ['Mine']);
  });
});
