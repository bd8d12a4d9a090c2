import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_RESOLVED_LENGTH } from '../../../src/core/check/resolved-size.ts';
import { flatten } from '../../../src/core/flatten.ts';
import { linkPartials } from '../../../src/core/link.ts';
import { parsePromptName } from '../../../src/core/name.ts';
import { Problem } from '../../../src/core/problem.ts';
import { diagnose } from '../../../src/language/features/diagnostics/diagnose.ts';
import { aLibrary, promptOf } from '../../language/a-library.ts';
import { runs } from '../../runs.ts';

const NAME = parsePromptName('it');

/** What publishing and the editor say of `it` among these. */
async function saidOf(texts: Readonly<Record<string, string>>) {
  const linking = linkPartials(NAME, texts['it'] ?? '', async wanted => {
    const source = texts[wanted];
    return source === undefined ? undefined : { name: wanted, source, id: wanted };
  });
  const problem = await linking.then(
    () => undefined,
    (error: unknown) => error,
  );
  const library = aLibrary(texts);
  const found = diagnose(promptOf(library, 'it'), library).filter(({ code }) => code === 'too-large');
  return { problem, found };
}

const PARTIAL = 'x {{name}} {{#if flag}}y{{/if}}\n'.repeat(310);

describe('the size of a prompt with resolved partials', () => {
  it('counts partials as often as they are used, and names the use that exceeds the limit', async () => {
    const front = '---\nmodel: a/b\n---\n\n';
    const it = `${front}${'{{> p}} and\n'.repeat(400)}`;
    const { problem, found } = await saidOf({ it, _p: PARTIAL });
    assert.ok(Problem.is(problem, 'invalid_source'));
    const [issue] = problem.details.issues ?? [];
    assert.equal(issue?.code, 'too-large');
    const uses = Math.floor((MAX_RESOLVED_LENGTH - (it.length - front.length - 1)) / PARTIAL.trim().length);
    assert.ok(Math.abs((issue?.line ?? 0) - 5 - uses) <= 1, `line ${issue?.line}`);
    assert.equal(issue?.column, 5);
    const message =
      /^With its partials included, the prompt has 3,97\d,\d{3} characters, and at most 1,048,576 can be published\. A partial counts each time it is used\. From here on the prompt is too large: use fewer or smaller partials\.$/;
    assert.match(issue?.message ?? '', message);
    assert.equal(found[0]?.message, issue?.message);
    assert.equal(it.slice(0, found[0]?.span.start).split('\n').length, issue?.line);
    assert.equal(it.slice(found[0]?.span.start, found[0]?.span.end), 'p');
  });

  it('counts nested and block partials, however they multiply', async () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [
        `_p${at}`,
        at === 0 ? 'text' : `{{> p${at - 1}}}{{> p${at - 1}}}`,
      ]),
    );
    const { problem, found } = await saidOf({ it: '{{#> p29}}{{/p29}}', ...doubling });
    assert.ok(Problem.is(problem, 'invalid_source'));
    assert.equal(problem.details.issues?.[0]?.code, 'too-large');
    assert.equal(found.length, 1);
  });

  it('accepts what fits, and a long prompt without partials', async () => {
    for (const texts of [{ it: '{{> p}} and\n'.repeat(90), _p: PARTIAL }, { it: 'word '.repeat(200_000) }]) {
      const { problem, found } = await saidOf(texts);
      assert.equal(problem, undefined);
      assert.deepEqual(found, []);
    }
  });

  it('is never less than the size of the resolved text', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(4),
        fc.nat(6),
        fc.nat(300_000),
        fc.nat(60_000),
        async (outer, inner, length, small) => {
          const texts = {
            it: '{{> p}}'.repeat(outer),
            _p: `${'a'.repeat(length)}${'{{> q}}'.repeat(inner)}`,
            _q: 'b'.repeat(small),
          };
          const { problem, found } = await saidOf(texts);
          assert.equal(problem === undefined, found.length === 0);
          if (problem !== undefined) return;
          const partials = await linkPartials(NAME, texts.it, async wanted => ({
            name: wanted,
            source: texts[wanted as keyof typeof texts],
            id: wanted,
          }));
          assert.ok(flatten({ template: texts.it, partials }).length <= MAX_RESOLVED_LENGTH);
        },
      ),
      { numRuns: runs(200, 20) },
    ));
});
