/** What `npm test` says of a failing test. */
import assert from 'node:assert/strict';
import { reasonOf } from '../../scripts/testing/progressReporter.ts';
import { failureText } from '../../scripts/testing/screen.ts';

describe('the reason of a failure', () => {
  it('names what caused it, and what caused that', () => {
    const cause = new RangeError('of the delay', { cause: new TypeError('the innermost') });
    const text = failureText({
      title: 'a',
      reason: reasonOf(new Error('It did not open.', { cause })),
    });
    const told =
      /It did not open\.[\s\S]*Caused by: RangeError: of the delay[\s\S]*Caused by: TypeError: the inn/;
    assert.match(text, told);
  });

  it('ends where causes go round', () => {
    const error = new Error('round');
    error.cause = error;
    assert.ok(reasonOf(error).length < 20_000);
  });

  it('is whatever was thrown', () => {
    assert.equal(reasonOf('a string'), 'a string');
    assert.equal(reasonOf(undefined), 'undefined');
  });
});
