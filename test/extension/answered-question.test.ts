// Questions in VS Code's own input, of which one follows another.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Dialogs } from '../../src/editor/asking/ask.ts';
import { dialogs } from '../../src/editor/asking/dialogs.ts';
import { InputDrafts } from '../../src/editor/asking/drafts.ts';
import { registerCommand } from '../../src/editor/commands.ts';
import { eventually } from '../eventually.ts';

describe('a question that another one follows', () => {
  const { createInputBox } = vscode.window;
  /** The titles of the questions that are shown. */
  const shown = new Set<string>();
  const drafts = new InputDrafts({ get: () => undefined, update: async () => undefined });
  /** Reports a text as typed into a question. */
  const typed = new vscode.EventEmitter<string>();
  let ask: Dialogs;

  before(() => {
    ask = dialogs(drafts);
    vscode.window.createInputBox = () => {
      const box = createInputBox();
      const { show } = box;
      box.show = () => {
        shown.add(box.title ?? '');
        show.call(box);
      };
      box.onDidHide(() => shown.delete(box.title ?? ''));
      Object.defineProperty(box, 'onDidChangeValue', { value: typed.event });
      return box;
    };
  });
  after(() => {
    vscode.window.createInputBox = createInputBox;
  });
  beforeEach(() => assert.deepEqual([...shown], []));

  const question = (title: string, isFollowed: boolean) => ({ title, prompt: '', value: title, isFollowed });

  /** Presses Enter until a question is answered: VS Code may not show it yet. */
  async function accepted(answer: Promise<string | undefined>): Promise<string | undefined> {
    let isAnswered = false;
    void answer.then(() => {
      isAnswered = true;
    });
    await eventually('the answer', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return isAnswered;
    });
    return answer;
  }

  it('stays until the next one is shown', async () => {
    assert.equal(await accepted(ask.text(question('First', true))), 'First');
    assert.deepEqual([...shown], ['First']);
    const next = ask.text(question('Second', false));
    await eventually('the second alone', () => [...shown].join() === 'Second');
    assert.equal(await accepted(next), 'Second');
    await eventually('nothing', () => shown.size === 0);
  });

  it('keeps no draft of what is typed into it after its answer', async () => {
    const answer = ask.text({ ...question('First', true), draft: 'first' });
    typed.fire('Typed');
    assert.equal(drafts.of('first'), 'Typed');
    await accepted(answer);
    drafts.forget('first');
    typed.fire('Too late');
    assert.equal(drafts.of('first'), undefined);
    void ask.tell('info', 'It is done.');
    await eventually('nothing', () => shown.size === 0);
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('is closed by a message', async () => {
    await accepted(ask.text(question('First', true)));
    void ask.tell('info', 'It is done.');
    await eventually('nothing', () => shown.size === 0);
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('is closed at the end of its command', async () => {
    const end = Promise.withResolvers<void>();
    const asked: Promise<string | undefined>[] = [];
    const run = async () => {
      asked.push(ask.text(question('First', true)));
      await asked[0];
      await end.promise;
    };
    const command = registerCommand('askInTest', 'Asking', async () => undefined, run);
    try {
      const running = vscode.commands.executeCommand('promptforge.askInTest');
      await eventually('the question', () => asked.length === 1);
      await accepted(asked[0] as Promise<string | undefined>);
      assert.deepEqual([...shown], ['First']);
      end.resolve();
      await running;
      await eventually('nothing', () => shown.size === 0);
    } finally {
      command.dispose();
    }
  });
});
