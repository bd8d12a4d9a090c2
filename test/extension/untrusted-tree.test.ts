// A tree that changes while VS Code reads it for the first time: in a window in which nobody has shown the view before.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { inside } from './support/inside.ts';

/** VS Code delays a change that follows another one sooner. */
const REST_MS = 1_000;

describe('a tree that changes while VS Code reads it', () => {
  it('is read again, with its current content', async () => {
    const { tree } = await inside();
    let changed = Date.now();
    const listener = tree.onDidChangeTreeData(() => {
      changed = Date.now();
    });
    const getChildren = tree.getChildren.bind(tree);
    /** The filters of the tree when VS Code asked for the roots. */
    const asked: string[] = [];
    tree.getChildren = node => {
      // VS Code receives the change together with the answer.
      if (node === undefined && asked.push(tree.filter) === 1) setImmediate(() => (tree.filter = 'changed'));
      return getChildren(node);
    };
    try {
      await eventually('a tree at rest', () => Date.now() - changed > REST_MS);
      await vscode.commands.executeCommand('promptforge.prompts.focus');
      await eventually('the roots after the change', () => asked.includes('changed'));
      assert.equal(asked[0], '');
    } finally {
      listener.dispose();
      tree.getChildren = getChildren;
      tree.filter = '';
    }
  });
});
