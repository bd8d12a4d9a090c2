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

describe('version references traced in a log', () => {
  it('are counted by line, with the first and last by time', async () => {
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

  it('are found however each line writes them', async () => {
    const lines = [
      'support/triage@12',
      'GET /open/version?ref=support%2Ftriage%4012',
      'GET /login?next=%2Fopen%2Fversion%3Fref%3Dsupport%252Ftriage%254012',
      '{"ref":"support\\/triage\\u004012"}',
    ];
    for (const line of lines) assert.equal((await trace(line))[0]?.prompt, 'support/triage', line);
    const [triage] = await trace(lines.join('\n'));
    assert.deepEqual([triage?.version, triage?.lines], [12, lines.length]);
  });

  it('get times in the formats of loggers and servers with a UTC offset', () => {
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

  it('get times from numbers since 1970 in any unit, wherever a JSON logger puts them', () => {
    for (const written of [
      '{"time": 1772359200123, "ref": "support/triage@12"}',
      '{"timestamp": 1772359200.123456, "ref": "support/triage@12"}',
      '{"ts":1772359200123456789,"ref":"support/triage@12"}',
      '{ "__REALTIME_TIMESTAMP" : "1772359200123456", "MESSAGE" : "support/triage@12" }',
      '{"timeUnixNano":"1772359200123000000","body":"support/triage@12"}',
      '{"timestamp":{"seconds":1772359200.123},"ref":"support/triage@12"}',
      'ts=1772359200.123 level=info ref=support/triage@12',
      '1772359200.123    5 10.0.0.1 TCP_MISS/200 support/triage@12',
      '{"level":"info","msg":"support/triage@12 until 2027-01-01T00:00:00Z","time":"2026-03-01T10:00:00.123Z"}',
      `{"log":"${'support/triage@12 '.repeat(200)}","time":"2026-03-01T10:00:00.123456789Z"}`,
    ])
      assert.equal(timeIn(written), '2026-03-01T10:00:00.123Z', written);
  });

  it('get no time other than that of the log entry itself', () => {
    for (const line of [
      '2026-03-01 10:00:00.123 INFO served support/triage@12 until 2027-01-01T00:00:00Z',
      '2026/03/01 10:00:00 [info] support/triage@12 until 2027-01-01T00:00:00Z',
      'Mar  1 10:00:00 host app: support/triage@12 until 2027-01-01T00:00:00Z',
      '[01/Mar/2026:10:00:00.123] support/triage@12 until 2027-01-01T00:00:00Z',
      '10:00:00.123 [main] support/triage@12 until 2027-01-01T00:00:00Z',
      '{"time":"2026-03-01 10:00:00","ref":"support/triage@12","until":"2027-01-01T00:00:00Z"}',
      '2026-02-30T10:00:00Z support/triage@12',
      '2025-02-29T10:00:00Z support/triage@12',
      '2026-03-01 10:00:00 UTC+2 support/triage@12',
      '2026-03-01 10:00:00-2026-03-01 11:00:00 support/triage@12',
    ])
      assert.equal(timeIn(line), undefined, line);
  });

  it('get the same instant in every format and zone', () => {
    const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
    const seconds = fc.integer({ min: Date.UTC(2001, 8, 9, 2) / 1000, max: Date.UTC(2200, 0) / 1000 });
    const minutes = fc.integer({ min: -12 * 4, max: 14 * 4 }).map(quarters => quarters * 15);
    fc.assert(
      fc.property(seconds, minutes, (second, offset) => {
        const at = new Date(second * 1000).toISOString();
        const local = new Date((second + offset * 60) * 1000).toISOString();
        const [date, time] = [local.slice(0, 10), local.slice(11, 19)];
        const [year, month, day] = date.split('-') as [string, string, string];
        const size = Math.abs(offset);
        const of = (number: number) => String(number).padStart(2, '0');
        const colon = `${offset < 0 ? '-' : '+'}${of(Math.floor(size / 60))}:${of(size % 60)}`;
        const zone = colon.replace(':', '');
        const name = months[Number(month) - 1];
        for (const written of [
          `${date}T${time}${colon}`,
          `${date} ${time}.000 ${zone}`,
          `${date} ${time},000 GMT${zone}`,
          `${date.replaceAll('-', '')}T${time.replaceAll(':', '')}${zone}`,
          `::1 - - [${day}/${name}/${year}:${time} ${zone}]`,
          `Sun, ${Number(day)} ${name} ${year} ${time} ${zone}`,
          `Sun ${name} ${day} ${year} ${time} GMT${zone}`,
          `Sun ${name} ${String(Number(day)).padStart(2)} ${time} ${year} ${zone}`,
          `{"time":${second}}`,
          `{"time":${second}000}`,
          `{"time":"${second}000000"}`,
          `{"time":"${second}000000000"}`,
        ])
          assert.equal(timeIn(`${written} a@1`), at, written);
      }),
      { numRuns: runs(20_000, 500) },
    );
  });

  it('use only lines with a time for first and last, if there are any', async () => {
    const [found] = await trace(
      'a@1\n2026-03-01T10:00:00Z a@1\n  a@1\n2026-03-01T09:00:00Z a@1\n2026-03-01T09:30:00Z a@1\na@1',
    );
    assert.deepEqual([found?.lines, found?.first.line, found?.last.line], [6, 4, 2]);
    const timed = fc.option(fc.integer({ min: 0, max: 59 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.array(timed, { minLength: 1, maxLength: 12 }), async minutes => {
        const lines = minutes.map(each =>
          each === undefined ? 'a@1' : `2026-03-01T10:${String(each).padStart(2, '0')}:00Z a@1`,
        );
        const [all] = await trace(lines.join('\n'));
        const known = minutes.filter(each => each !== undefined);
        const minuteOf = (at: string | undefined) =>
          at === undefined ? undefined : Number(at.slice(14, 16));
        const expected =
          known.length === 0 ? [undefined, undefined] : [Math.min(...known), Math.max(...known)];
        assert.deepEqual([minuteOf(all?.first.at), minuteOf(all?.last.at)], expected);
        if (known.length === 0) assert.deepEqual([all?.first.line, all?.last.line], [1, lines.length]);
      }),
      { numRuns: runs(2000, 100) },
    );
  });

  it('are found in 10 MB, even in one line, and across chunk boundaries', async () => {
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

  it('are found in a line of any length', async () => {
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
    it(`do not block the thread while 2 MB are searched: ${what}`, async () => {
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

  it('are not searched for after the person cancels', async () => {
    const controller = new AbortController();
    const tracing = trace('x@1 '.repeat(2_500_000), controller.signal);
    controller.abort();
    await assert.rejects(tracing, { name: 'AbortError' });
  });

  it('show where they were live between their first and last line, or at another time', async () => {
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
