/** Work in turns. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Turns } from '../../src/editor/work/turns.ts';

describe('Turns', () => {
  it('runs a limited number at a time, in order, and queues each name once', async () => {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const turns = new Turns(2, name => {
      begun.push(name);
      return new Promise(resolve => ends.set(name, resolve));
    });
    for (const name of ['a', 'b', 'c', 'd', 'c', 'd']) turns.add(name);
    assert.deepEqual(begun, ['a', 'b']);
    ends.get('b')?.();
    await setImmediate();
    assert.deepEqual(begun, ['a', 'b', 'c']);
    // One that is under way may be out of date: it has another turn, after this one.
    turns.add('a');
    ends.get('c')?.();
    await setImmediate();
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
    ends.get('a')?.();
    await setImmediate();
    assert.deepEqual(begun, ['a', 'b', 'c', 'd', 'a']);
  });
});
