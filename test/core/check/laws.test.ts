/** The law of the checker: what it lets through can be rendered, and what it refuses is refused alike everywhere. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TEMPLATE_ERROR_CODES } from '../../../src/core/check/finding.ts';
import { evaluate } from '../../../src/core/evaluate/evaluate.ts';
import { linkPartials } from '../../../src/core/link.ts';
import { type PromptName, parsePromptName } from '../../../src/core/name.ts';
import { Problem } from '../../../src/core/problem.ts';
import { diagnose } from '../../../src/language/features/diagnostics/diagnose.ts';
import { severityOf } from '../../../src/language/results/finding.ts';
import { prepareSource } from '../../../src/registry/prompts/prepare-source.ts';
import { aLibrary, promptOf } from '../../language/a-library.ts';
import { runs } from '../../runs.ts';
import { anyTemplate, fittingInputs } from './any-template.ts';

const PROMPT = parsePromptName('it');

const sources = fc.record({
  it: anyTemplate(['p', 'q']),
  _p: anyTemplate(['q']),
  _q: anyTemplate([]),
});

/** The first thing that publishing refuses; undefined where it refuses nothing. */
async function refusal(
  name: PromptName,
  texts: Readonly<Record<string, string>>,
): Promise<Problem | undefined> {
  const source = texts[name] ?? '';
  const { flaw, usesPartials } = await prepareSource(name, source);
  if (flaw !== undefined) return flaw;
  if (!usesPartials) return undefined;
  try {
    await linked(name, texts);
    return undefined;
  } catch (error) {
    if (Problem.is(error, 'invalid_source')) return error;
    throw error;
  }
}

function linked(name: PromptName, texts: Readonly<Record<string, string>>) {
  return linkPartials(name, texts[name] ?? '', async wanted => {
    const source = texts[wanted];
    return source === undefined ? undefined : { name: wanted, source, id: wanted };
  });
}

describe('a template that passes the check', () => {
  it('never fails because of its own text, whichever branches run', async () => {
    let rendered = 0;
    let ofValues = 0;
    await fc.assert(
      fc.asyncProperty(sources, fittingInputs, async (texts, input) => {
        if ((await refusal(PROMPT, texts)) !== undefined) return;
        const partials = await linked(PROMPT, texts);
        rendered += 1;
        try {
          evaluate({
            linked: { template: texts.it, partials },
            label: 'it',
            source: texts.it,
            templateOffset: 0,
            input,
            data: { foo: 'bar' },
            history: [],
          });
        } catch (error) {
          // A partial may call itself for ever, and a value be an object where a text is written.
          assert.ok(Problem.is(error, 'too_expensive', 'invalid_source'), String(error));
          assert.doesNotMatch(error.message, OF_TEMPLATE);
          if (error.code === 'invalid_source') ofValues += 1;
        }
      }),
      { numRuns: runs(20_000, 2_500) },
    );
    assert.ok(rendered > runs(1_000, 125), `only ${rendered} could be rendered`);
    assert.ok(ofValues < rendered / 4, `${ofValues} of ${rendered} failed for a value`);
  });
});

/** What evaluating says of a template rather than of a value: all of it the checker must have said. */
const OF_TEMPLATE =
  /is a block helper|" takes |no decorator|has no content|is not defined here|is not known|The enclosing block|is internal|cannot be an argument|There is no helper|must be named/;

describe('a template that fails the check', () => {
  it('is refused by the registry with the first error of the editor: code, place and message', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(sources, async texts => {
        const library = aLibrary(texts);
        const errors = diagnose(promptOf(library, 'it'), library).filter(
          finding => severityOf(finding) === 'error',
        );
        const problem = await refusal(PROMPT, texts);
        const [issue] = problem?.details.issues ?? [];
        // What is wrong in a partial is an error there.
        if (problem !== undefined && !problem.message.startsWith('it:')) return;
        assert.equal(problem === undefined, errors.length === 0, JSON.stringify([texts, errors, problem]));
        if (issue === undefined) return;
        seen.add(issue.code ?? '');
        const lines = texts.it.split(/\r\n|\r|\n/);
        const shown = errors.map(({ code, span, message }) => {
          const before = texts.it.slice(0, span.start).split(/\r\n|\r|\n/);
          return `${before.length}:${(before.at(-1) ?? '').length + 1} ${code} ${message}`;
        });
        assert.doesNotMatch(
          issue.message,
          /Expecting|doesn't match|Parse error|Lexical|Invalid path|\[object/,
        );
        const told = `${issue.line}:${issue.column} ${issue.code} ${issue.message}`;
        assert.ok(
          shown.some(each => each.startsWith(told.replace(/ Did you mean .*$/, ''))),
          JSON.stringify({ texts, told, shown, lines }),
        );
      }),
      { numRuns: runs(10_000, 1_500) },
    );
    // So rare in random templates that not every run has one; each has a test of its own.
    const rare = new Set<string>([
      'captured-partial',
      'too-large',
      'invalid-text',
      'inexact-number',
      'partial-cycle',
    ]);
    assert.deepEqual(
      TEMPLATE_ERROR_CODES.filter(code => !seen.has(code) && !rare.has(code)),
      [],
    );
  });
});
