/** The random order of suites and tests. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { integer, property as law, assert as property } from 'fast-check';
import Mocha from 'mocha';
import { begin, silenceLimit, step } from '../../scripts/testing/heartbeat.ts';
import { shuffle } from '../../scripts/testing/mochaHooks.ts';

function aSuite(): Mocha.Suite {
  const root = new Mocha.Suite('root');
  for (let n = 0; n < 5; n++) {
    const suite = Mocha.Suite.create(root, `suite ${n}`);
    for (let m = 0; m < 8; m++) suite.addTest(new Mocha.Test(`test ${n}.${m}`, () => {}));
  }
  return root;
}

function titles(suite: Mocha.Suite): string[] {
  return [...suite.tests.map(test => test.title), ...suite.suites.flatMap(titles)];
}

function shuffled(seed: number): string[] {
  const suite = aSuite();
  shuffle(suite, seed);
  return titles(suite);
}

describe('the order of tests', () => {
  it('holds every test once, within its suite, and is the same for the same seed', () => {
    property(
      law(integer(), seed => {
        const order = shuffled(seed);
        assert.deepEqual(order.toSorted(), titles(aSuite()).toSorted());
        assert.deepEqual(shuffled(seed), order);
        const suites = order.map(title => title.slice(0, 6));
        assert.equal(suites.filter((each, index) => each !== suites[index - 1]).length, 5);
      }),
    );
  });

  it('is another for most other seeds', () => {
    const orders = new Set(Array.from({ length: 20 }, (_, seed) => shuffled(seed).join()));
    assert.ok(orders.size >= 19, `${orders.size} orders`);
  });
});

describe('a test that gives signs of life', () => {
  it('has its whole time again after each', async function () {
    const test = this.test as Mocha.Test;
    assert.equal(test.timeout(), silenceLimit());
    await sleep(20);
    step('a step');
    // mocha counts from the beginning of the test.
    assert.ok(test.timeout() >= silenceLimit() + 15, `${test.timeout()} ms`);
  });

  it('does not begin anew once it has ended, as by a hook after it', function () {
    const ended = new Mocha.Test('ended', () => {});
    ended.timeout(1_000);
    ended.state = 'passed';
    try {
      begin(ended);
      step('a step of the hook');
    } finally {
      begin(this.test as Mocha.Test);
    }
    assert.equal(ended.timeout(), 1_000);
  });
});
