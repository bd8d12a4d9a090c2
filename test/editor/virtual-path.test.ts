/** How messages name the files of virtual folders. */
import assert from 'node:assert/strict';
import { isVirtual, withReadablePaths } from '../../src/editor/files/virtual-path.ts';
import { logged, messageOf } from '../../src/editor/problems/explain.ts';

describe('the path of a virtual file', () => {
  const path = '/\0vscode-vfs+github/team/prompts/support/triage.prompt';

  it('is none that a disk can have', () => {
    assert.equal(isVirtual(path), true);
    assert.equal(isVirtual('/vscode-vfs+github/team'), false);
  });

  it('is named like its URI in messages and in the log', () => {
    const error = new Error(`The file is not in ${path}.`);
    const message = 'The file is not in vscode-vfs://github/team/prompts/support/triage.prompt.';
    assert.equal(messageOf(error), message);
    assert.equal(logged(error), message);
    assert.equal(
      withReadablePaths(`${path} and C:\\\0memory+\\team`),
      `${message.slice(19, -1)} and memory://\\team`,
    );
  });

  it('leaves other texts alone', () => {
    assert.equal(withReadablePaths('1 + 2, a/b+c, \0'), '1 + 2, a/b+c, \0');
  });
});
