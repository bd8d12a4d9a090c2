/** What holds of the segments of any template and input. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LIMITS, type Limits } from '../../../src/core/evaluate/limits.ts';
import { type Segment, textOfSegments } from '../../../src/core/evaluate/segment.ts';
import { flatten } from '../../../src/core/flatten.ts';
import { Problem } from '../../../src/core/problem.ts';
import { type Given, partial, segmentsOf } from './evaluated.ts';
import { inputs, templates } from './templates.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200);

const cases = fc.record({
  main: templates({ partials: ['p', 'q'], withInline: true, withStructure: true }),
  p: templates({ partials: ['q', '@partial-block'], withStructure: true }),
  q: templates({ withStructure: true }),
  input: inputs,
});

function givenOf({ p, q, input }: { p: string; q: string; input: Record<string, unknown> }) {
  const inner = partial('q', q);
  const history = [{ role: 'model' as const, content: [{ text: 'Earlier' }] }];
  return { input, partials: new Map([partial('p', p, [inner]), inner]), history };
}

/** The segments, or why there are none. */
function outcome(template: string, given: Given, limits?: Limits): readonly Segment[] | Problem {
  try {
    return segmentsOf(template, given, limits);
  } catch (error) {
    assert.ok(Problem.is(error, 'invalid_source', 'too_expensive'), String(error));
    return error;
  }
}

describe('the segments of any template', () => {
  it('have values whose places contain their expression', () => {
    let values = 0;
    fc.assert(
      fc.property(cases, ({ main, ...rest }) => {
        const segments = outcome(main, givenOf(rest));
        if (segments instanceof Problem) return;
        const texts: Record<string, string> = { _p: rest.p, _q: rest.q };
        for (const segment of segments) {
          if (segment.kind !== 'value') continue;
          values += 1;
          const { text, source } = segment.expression;
          const template = source.prompt === null ? main : (texts[source.prompt] ?? '');
          assert.equal(template.slice(source.start, source.end), text);
          assert.match(text, /^\{\{[\s\S]*\}\}$/);
        }
      }),
      { numRuns },
    );
    assert.ok(values > numRuns / 4, `only ${values} values`);
  });

  it('stay within the limits, and with smaller limits are the same or refused', () => {
    fc.assert(
      fc.property(cases, fc.nat(200), fc.nat(200), ({ main, ...rest }, steps, characters) => {
        const whole = outcome(main, givenOf(rest));
        const some = outcome(main, givenOf(rest), { steps, characters });
        if (some instanceof Problem) {
          if (!(whole instanceof Problem)) assert.equal(some.code, 'too_expensive');
          return;
        }
        assert.ok(textOfSegments(some).length <= characters);
        assert.ok(some.length <= steps * 3);
        assert.deepEqual(some, whole);
      }),
      { numRuns },
    );
  });

  it('mark a missing input where it is read, and write nothing there', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom('name', 'items', 'person', 'note'), ({ main, ...rest }, name) => {
        const { [name]: _, ...input } = rest.input;
        const given = { ...givenOf(rest), input, countsAsMissing: (each: string) => each === name };
        const segments = outcome(main, given);
        if (segments instanceof Problem) return;
        for (const segment of segments)
          if (segment.kind === 'value' && segment.missing.length > 0) {
            assert.deepEqual(segment.missing, [name]);
            assert.equal(segment.text, '');
          }
        const isGiven = {
          ...givenOf(rest),
          input: { ...input, [name]: 'given' },
          countsAsMissing: given.countsAsMissing,
        };
        const complete = outcome(main, isGiven);
        if (complete instanceof Problem) return;
        assert.ok(complete.every(segment => segment.kind !== 'value' || segment.missing.length === 0));
      }),
      {
        numRuns,
        examples: [
          // The argument hides the input of its name, and has no value itself.
          [{ main: '{{> q name=note}}', p: '', q: '{{name}}{{log name}}', input: {} }, 'name'],
        ],
      },
    );
  });

  it('are the same for the template with resolved partials', () => {
    let compared = 0;
    fc.assert(
      fc.property(cases, ({ main, ...rest }) => {
        const given = givenOf(rest);
        const segments = outcome(main, given);
        if (segments instanceof Problem) return;
        let flat: string;
        try {
          flat = flatten({ template: main, partials: given.partials });
        } catch (error) {
          assert.ok(Problem.is(error, 'invalid_source'));
          return;
        }
        const flattened = outcome(flat, { ...given, partials: new Map() });
        assert.ok(!(flattened instanceof Problem), String(flattened));
        compared += 1;
        const merged = (all: readonly Segment[]) =>
          all.filter(({ kind }) => kind !== 'text' && kind !== 'value');
        assert.equal(textOfSegments(flattened), textOfSegments(segments));
        assert.deepEqual(merged(flattened), merged(segments));
      }),
      { numRuns },
    );
    assert.ok(compared > numRuns / 5, `only ${compared} compared`);
  });

  it('have documented limits', () =>
    assert.deepEqual(LIMITS, { steps: 1_000_000, characters: 4 * 1024 * 1024 }));
});
