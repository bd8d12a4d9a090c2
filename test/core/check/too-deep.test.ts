/** Blocks within blocks, each "{{else if}}" within the one before: what can be published can be rendered to its innermost place. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkTemplate } from '../../../src/core/check/check-template.ts';
import { MAX_CHAIN, MAX_DEPTH, MAX_LEVELS } from '../../../src/core/check/too-deep.ts';
import { linkPartials } from '../../../src/core/link.ts';
import { parsePromptName } from '../../../src/core/name.ts';
import { Problem, type SourceIssue } from '../../../src/core/problem.ts';
import { diagnose } from '../../../src/language/features/diagnostics/diagnose.ts';
import { severityOf } from '../../../src/language/results/finding.ts';
import { aLibrary, promptOf } from '../../language/a-library.ts';
import { runs } from '../../runs.ts';
import { textOf } from '../evaluate/evaluated.ts';

/** Blocks within one another's else, with so many "{{else if}}" each. */
function nested(chains: readonly number[]): string {
  return chains.reduceRight(
    (inner, count) => `{{#if a}}x${'{{else if a}}x'.repeat(count)}{{else}}${inner}{{/if}}`,
    'END',
  );
}

const IT = parsePromptName('it');

function linked(texts: Readonly<Record<string, string>>) {
  return linkPartials(IT, texts['it'] ?? '', async name => {
    const source = texts[name];
    return source === undefined ? undefined : { name, source, id: name };
  });
}

/** The one thing that linking refuses. */
async function refusal(texts: Readonly<Record<string, string>>): Promise<SourceIssue | undefined> {
  try {
    await linked(texts);
    return undefined;
  } catch (error) {
    assert.ok(Problem.is(error, 'invalid_source'), String(error));
    const [issue, ...others] = error.details.issues ?? [];
    assert.deepEqual(others, []);
    return issue;
  }
}

async function rendered(texts: Readonly<Record<string, string>>): Promise<string> {
  return textOf(texts['it'] ?? '', {}, { partials: await linked(texts) });
}

describe('a nested template', () => {
  it('renders at its innermost place, or is refused where it is too deep', () => {
    const near = fc.integer({ min: MAX_LEVELS - 3, max: MAX_LEVELS + 3 });
    const blocks = fc.integer({ min: 2, max: MAX_DEPTH });
    fc.assert(
      fc.property(
        near,
        blocks,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (levels, count, parts) => {
          const chains: number[] = [];
          let left = levels - count;
          for (let block = 1; block < count; block++) {
            const chain = Math.min(MAX_CHAIN, Math.floor(left * (parts.next().value as number) * 0.5));
            chains.push(chain);
            left -= chain;
          }
          fc.pre(left <= MAX_CHAIN);
          const template = nested([...chains, left]);
          const [error] = checkTemplate(template);
          assert.equal(error === undefined, levels <= MAX_LEVELS, `${count} blocks of ${levels} levels`);
          if (error === undefined) assert.equal(textOf(template), 'END');
          else assert.match(error.message, /nest deeper than/);
        },
      ),
      { numRuns: runs(60, 8) },
    );
  });

  it('renders with its partials at the innermost place, or is refused at their call, also in the editor', async () => {
    const ofBlocks = (count: number, inner: string) =>
      '{{#unless a}}'.repeat(count) + inner + '{{/unless}}'.repeat(count);
    const counts = fc.array(fc.integer({ min: 60, max: 95 }), { minLength: 6, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(counts, fc.boolean(), async (blocks, isInline) => {
        const texts: Record<string, string> = {};
        let inlines = '';
        for (const [at, count] of blocks.entries()) {
          const isLast = at === blocks.length - 1;
          const text = ofBlocks(count, isLast ? 'END' : `{{> p${at + 1}}}`);
          if (isInline) inlines += `{{#*inline "p${at}"}}${text}{{/inline}}`;
          else texts[`_p${at}`] = text;
        }
        texts['it'] = `${inlines}{{> p0}}`;
        const found = await refusal(texts);
        // The template itself, and for each partial its call and its body.
        const levels = 1 + blocks.reduce((sum, count) => sum + 2 + count, 0);
        assert.equal(found === undefined, levels <= MAX_LEVELS + 1, `${levels} levels`);
        const library = aLibrary(texts);
        const errors = diagnose(promptOf(library, 'it'), library).filter(
          each => severityOf(each) === 'error',
        );
        assert.deepEqual(
          errors.map(({ code, message }) => `${code} ${message}`),
          found === undefined ? [] : [`${found.code} ${found.message}`],
        );
        if (found === undefined) assert.equal(await rendered(texts), 'END');
        else assert.equal(found.column, inlines.length + 5);
      }),
      { numRuns: runs(60, 8) },
    );
  });

  it('is refused before parsing, whose time grows with the depth', () => {
    const [error, ...others] = checkTemplate(nested(Array.from({ length: 60 }, () => MAX_CHAIN)));
    assert.match(error?.message ?? '', /Blocks nest deeper than 599 here/);
    assert.deepEqual(others, []);
  });
});
