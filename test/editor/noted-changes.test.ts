/** The numbers that make changed virtual files be read again. */
import assert from 'node:assert/strict';
import { lastChange, MAX_CHANGES, noteChange } from '../../src/editor/files/noted-changes.ts';

describe('the changes of virtual files', () => {
  it('are told apart, and no change is missed when the oldest are forgotten', () => {
    assert.equal(lastChange('never'), 0);
    noteChange('first');
    const first = lastChange('first');
    noteChange('first');
    assert.notEqual(lastChange('first'), first);
    const before = ['never', 'first'].map(lastChange);
    for (let index = 0; index < MAX_CHANGES; index++) noteChange(`file ${index}`);
    const after = ['never', 'first', `file ${MAX_CHANGES - 1}`].map(lastChange);
    assert.equal(new Set([...before, ...after.slice(1)]).size, 4);
    assert.notEqual(after[0], before[0]);
  });
});
