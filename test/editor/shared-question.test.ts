import assert from 'node:assert/strict';
import { COUNTS_MS, SharedQuestion } from '../../src/editor/connection/shared-question.ts';

describe('SharedQuestion', () => {
  it('asks once at a time, reuses a recent answer, and asks again on request', async () => {
    let now = 0;
    let asked = 0;
    let answer = Promise.withResolvers<void>();
    const question = new SharedQuestion(
      () => {
        asked += 1;
        return answer.promise;
      },
      () => now,
    );
    const all = [question.ask(), question.answer(), question.ask()];
    answer.reject(new Error('It is away.'));
    for (const each of all) await assert.rejects(each, /away/);
    assert.equal(asked, 1);
    await assert.rejects(question.answer(), /away/);
    assert.equal(asked, 1);
    answer = Promise.withResolvers<void>();
    answer.resolve();
    await question.ask();
    await question.answer();
    assert.equal(asked, 2);
    now += COUNTS_MS;
    await question.answer();
    assert.equal(asked, 3);
    question.forget();
    await question.answer();
    assert.equal(asked, 4);
  });
});
