/** What threads that deliver have counted, and how one that no longer answers is noticed. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { threadFigures } from '../../src/registry/threads/thread-figures.ts';
import { watchThread } from '../../src/registry/threads/thread-watch.ts';
import { runs } from '../runs.ts';

const metric = (name: string, type: string, value: number) => ({
  ...{ name, type, help: name, aggregator: 'sum' },
  values: [{ labels: { route: '/' }, value }],
});
const figures = (count: number) => {
  const both = [metric('asked', 'counter', count), metric('open', 'gauge', 1)];
  return { process: both, registry: both };
};
const newThread = () => ({ counted: 0, said: undefined as number | undefined, id: {} });
type Values = ReturnType<typeof metric>;

describe('the counts of threads', () => {
  it('include ended threads, without what they had only for the moment', async () => {
    const step = fc.record({ kind: fc.constantFrom('count', 'say', 'end'), thread: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        const all = threadFigures<object>();
        const threads = Array.from({ length: 4 }, newThread);
        let ended = 0;
        let before = 0;
        for (const { kind, thread } of steps) {
          const one = threads[thread]!;
          if (kind === 'count') one.counted += 1 + thread;
          if (kind === 'say') {
            one.said = one.counted;
            all.said(one.id, figures(one.said));
          }
          if (kind === 'end') {
            ended += one.said ?? 0;
            threads[thread] = newThread();
            // Sometimes while others are still being added up.
            const added = all.ended(one.id);
            if (thread % 2 === 0) await added;
          }
          for (const part of ['process', 'registry'] as const) {
            const values = all.all(part).flat() as Values[];
            const sum = (name: string) =>
              values
                .filter(each => each.name === name)
                .reduce((sum, { values }) => sum + values[0]!.value, 0);
            const asked = sum('asked');
            assert.ok(asked >= before, 'it never goes back');
            assert.equal(asked, ended + threads.reduce((sum, { said }) => sum + (said ?? 0), 0));
            assert.equal(sum('open'), threads.filter(({ said }) => said !== undefined).length);
            if (part === 'registry') before = asked;
          }
        }
        for (let i = 0; i < 5; i++) await all.ended({});
        assert.ok(all.all('process').length <= 5, 'however many have ended');
      }),
      { numRuns: runs(1000, 100) },
    );
  });

  it('are polled, and a thread that no longer answers is ended', async () => {
    const ended = Promise.withResolvers<unknown>();
    const heard: unknown[] = [];
    let answers = 3;
    watchThread(
      {
        ask: () => (answers-- > 0 ? Promise.resolve(figures(answers)) : new Promise(() => {})),
        ended: ended.promise,
        terminate: reason => ended.resolve(reason),
      },
      counted => heard.push(counted),
      5,
    );
    const reason = await ended.promise;
    assert.deepEqual(heard, [figures(2), figures(1), figures(0)]);
    assert.match(String(reason), /did not answer for 0\.05 s and was ended/);
    const asked = answers;
    await new Promise(resolve => setTimeout(resolve, 30));
    assert.equal(answers, asked, 'it is asked no more');
  });
});
