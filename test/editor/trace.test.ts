import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parsePromptName } from '../../src/core/name.ts';
import { referencesIn } from '../../src/core/references.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { timeIn } from '../../src/editor/trace/line-time.ts';
import { MOST_VERSIONS, trace } from '../../src/editor/trace/occurrences.ts';
import { liveThenInWords, occurrencesInWords } from '../../src/editor/trace/words.ts';
import { runs } from '../runs.ts';

const LOG = `2026-09-12T10:03:00Z served support/triage@12 (support/triage@12)
nothing here
2026-09-12 12:41:07,250+02:00 served support/triage@12
2026-09-12T09:00:00.000Z served fees/estimate@5
2026-09-12T11:59:00Z late support/triage@12`;

describe('the versions that a log names', () => {
  it('are counted by line, with the first and the last by time', async () => {
    const [triage, fees] = await trace(LOG);
    assert.equal(`${triage?.prompt}@${triage?.version}`, 'support/triage@12');
    assert.deepEqual([triage?.lines, fees?.lines], [3, 1]);
    assert.deepEqual(triage?.first, { line: 1, at: '2026-09-12T10:03:00.000Z' });
    assert.deepEqual(triage?.last, { line: 5, at: '2026-09-12T11:59:00.000Z' });
    assert.deepEqual(
      (await trace('a@1\nb\n2026-99-99T00:00:00Z a@1')).map(({ first, last }) => [first, last]),
      [
        [
          { line: 1, at: undefined },
          { line: 3, at: undefined },
        ],
      ],
    );
    assert.deepEqual(await trace(''), []);
  });

  it('are timed in the forms of loggers and servers that say their offset from UTC', () => {
    for (const written of [
      '2026-03-01T10:00:00Z',
      '2026-03-01t10:00:00.000z',
      '2026-03-01T10:00Z',
      '2026-03-01 10:00:00 UTC',
      '2026-03-01 12:00:00.000 +0200',
      '2026-03-01 10:00:00,000+00',
      '127.0.0.1 - - [01/Mar/2026:11:00:00 +0100] "GET /"',
      'Sun, 01 Mar 2026 10:00:00 GMT',
      '{"level":30,"time":1772359200000,"msg":"2027-01-01T00:00:00Z"}',
      '{"ts":1772359200.000}',
      '{"@timestamp":"2026-03-01T10:00:00.000Z"}',
    ])
      assert.equal(timeIn(`${written} support/triage@12`), '2026-03-01T10:00:00.000Z', written);
    for (const written of [
      '2026-03-01 10:00:00',
      '2026-03-01 10:00:00 -5 items',
      'Mar  1 10:00:00 host',
      '2026-13-45T10:00:00Z',
      '{"time":17723592}',
      'x',
    ])
      assert.equal(timeIn(`${written} support/triage@12`), undefined, written);
  });

  it('are found in 10 MB as well, in one line of it, and across the pieces in which that is read', async () => {
    const [of] = await trace(LOG.repeat(Math.ceil(10_000_000 / LOG.length)));
    assert.ok((of?.lines ?? 0) > 50_000);
    assert.equal((await trace(`${'a/'.repeat(5_000_000)}b@1`)).length, 0);
    assert.equal((await trace('x@1 '.repeat(2_500_000)))[0]?.lines, 1);
    for (let before = 16_340; before < 16_410; before += 1) {
      const found = await trace(`${' '.repeat(before)}support/triage@1234567 rest`);
      assert.deepEqual(
        found.map(({ prompt, version }) => `${prompt}@${version}`),
        ['support/triage@1234567'],
      );
    }
  });

  it('are those that the whole line names, whatever its length', async () => {
    const word = fc.constantFrom(
      'a@1',
      '@',
      'b/c@22',
      ' ',
      'https://x.example/',
      'd@3th',
      'e'.repeat(300),
      '@9.1',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { maxLength: 40 }),
        fc.integer({ min: 1, max: 150 }),
        async (words, times) => {
          const line = words.join('').repeat(times);
          const whole = new Set([...referencesIn(line)].map(({ prompt, version }) => `${prompt}@${version}`));
          const found = (await trace(line)).map(({ prompt, version }) => `${prompt}@${version}`);
          assert.deepEqual(new Set(found), whole);
        },
      ),
      { numRuns: runs(500, 50) },
    );
  });

  for (const [what, text] of [
    ['lines', 'served support/triage@12\n'.repeat(80_000)],
    ['one line of references', 'x@1 '.repeat(500_000)],
    ['one line of ats', '@'.repeat(2_000_000)],
    ['one line of what is almost a reference', '@1'.repeat(1_000_000)],
    [
      'references that are all different',
      Array.from({ length: 140_000 }, (_, at) => `x/y@${at + 1}`).join(' '),
    ],
  ] as const)
    it(`leave the thread to others while they are looked for in 2 MB: ${what}`, async () => {
      let turns = 0;
      let isOver = false;
      const count = () => {
        turns += 1;
        if (!isOver) setImmediate(count);
      };
      setImmediate(count);
      const found = await trace(text);
      isOver = true;
      assert.ok(found.length <= MOST_VERSIONS);
      assert.ok(turns > 3, `${turns} turns of others`);
    });

  it('are no longer looked for once the person has cancelled', async () => {
    const controller = new AbortController();
    const tracing = trace('x@1 '.repeat(2_500_000), controller.signal);
    controller.abort();
    await assert.rejects(tracing, { name: 'AbortError' });
  });

  it('say where they were live between their first and last line, and where at another time', async () => {
    const life = (from: string, until: string | null, environment = 'production') => ({
      ...{ environment, channel: 'stable' },
      ...{ from: `2026-09-${from}:00.000Z`, until: until === null ? null : `2026-09-${until}:00.000Z` },
    });
    const traced = (await trace(LOG))[0]!;
    const says = (...lives: ReturnType<typeof life>[]) =>
      liveThenInWords(traced, new Map([[traced.version, lives]]));
    assert.equal(says(life('10T08:00', null)), 'Live in production then.');
    assert.equal(
      says(life('10T08:00', '12T10:30'), life('11T08:00', null, 'staging')),
      'Live in production and staging then.',
    );
    assert.equal(says(life('12T12:30', null)), 'Not live then, but in production at another time.');
    assert.equal(says(), 'This version was never live.');
    assert.match(liveThenInWords(traced, undefined), /could not be determined/);
    const timeless = { prompt: parsePromptName('a'), version: parseVersionNumber(1), lines: 1 };
    const [only] = await trace('a@1');
    assert.match(
      liveThenInWords(only!, new Map([[timeless.version, [life('10T08:00', null)]]])),
      /^Live in production at some time/,
    );
    assert.equal(occurrencesInWords(only!), '1 line, line 1');
    assert.match(occurrencesInWords(traced), /^3 lines, first .*, last /);
  });
});
