// Waiting for git, so that its branch stays in the status bar.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { afterGit, type GitLike } from '../../src/editor/scm/after-git.ts';

const LONG = 600_000;

/** VS Code's git in a state of its own. */
function aGit(state: 'uninitialized' | 'initialized', { enabled = true } = {}) {
  const changed = new vscode.EventEmitter<'uninitialized' | 'initialized'>();
  const api = { state, onDidChangeState: changed.event };
  const exports = { enabled, getAPI: () => api };
  const extension: GitLike = { isActive: true, exports, activate: async () => exports };
  return { extension, changed };
}

describe('waiting for git', () => {
  it('ends once git has its repositories, and not before', async () => {
    const { extension, changed } = aGit('uninitialized');
    let isOver = false;
    const waiting = afterGit(extension, LONG).then(() => {
      isOver = true;
    });
    await new Promise(setImmediate);
    changed.fire('uninitialized');
    await new Promise(setImmediate);
    assert.equal(isOver, false);
    changed.fire('initialized');
    await waiting;
  });

  it('ends at once when git is ready, disabled, missing or broken', async () => {
    await afterGit(aGit('initialized').extension, LONG);
    await afterGit(aGit('uninitialized', { enabled: false }).extension, LONG);
    await afterGit(undefined, 0);
    const broken = {
      ...aGit('uninitialized').extension,
      activate: () => Promise.reject(new Error('No git')),
    };
    await afterGit(broken, LONG);
  });

  it('times out when git never gets ready', async () => {
    await afterGit(aGit('uninitialized').extension, 20);
    await afterGit({ ...aGit('uninitialized').extension, activate: () => new Promise(() => undefined) }, 20);
  });
});
