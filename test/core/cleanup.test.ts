import assert from 'node:assert/strict';
import { Cleanup } from '../../src/core/cleanup.ts';

describe('a cleanup', () => {
  const cleanup = () => {
    const ended: string[] = [];
    const made = new Cleanup();
    made.defer(() => ended.push('first'));
    made.use({ [Symbol.asyncDispose]: async () => void ended.push('second') });
    return { made, ended };
  };

  it('releases its resources once, last first', async () => {
    const { made, ended } = cleanup();
    await made[Symbol.asyncDispose]();
    await made[Symbol.asyncDispose]();
    assert.deepEqual(ended, ['second', 'first']);
  });

  it('releases nothing that was moved, which its new owner releases', async () => {
    const { made, ended } = cleanup();
    const moved = made.move();
    await made[Symbol.asyncDispose]();
    assert.deepEqual(ended, []);
    await moved[Symbol.asyncDispose]();
    assert.deepEqual(ended, ['second', 'first']);
  });

  it('releases all others if one fails, and throws its error', async () => {
    const { made, ended } = cleanup();
    made.defer(() => Promise.reject(new Error('It failed.')));
    await assert.rejects(async () => made[Symbol.asyncDispose](), /It failed\./);
    assert.deepEqual(ended, ['second', 'first']);
  });
});
