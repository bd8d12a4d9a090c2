/** Prompts that are named by their file. */
import assert from 'node:assert/strict';
import { namedAsFile, promptOfFile } from '../../src/core/named-as-file.ts';

describe('a prompt named by its file', () => {
  it('is found by the longest name in the path', () => {
    const names = ['triage', 'support/triage', 'age', 'other'];
    assert.equal(promptOfFile('prompts/support/triage.prompt', names), 'support/triage');
    assert.equal(promptOfFile('triage.prompt', names), 'triage');
    assert.equal(promptOfFile('prompts/support/new.prompt', names), undefined);
    assert.equal(promptOfFile('prompts/support/triage', names), undefined, 'it is no file');
  });

  it('gets advice if it is not known', () => {
    assert.match(namedAsFile('a/b.prompt'), /^ Write the name/);
    assert.equal(namedAsFile('a/b'), '');
  });
});
