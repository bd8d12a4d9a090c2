import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PromptSummary } from '../../src/contract/prompts.ts';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { olderUses, updatePlan } from '../../src/editor/publish/update-plan.ts';
import { updateOutcome, updateQuestion, updateTitle } from '../../src/editor/publish/update-words.ts';
import { runs } from '../runs.ts';
import { aSummary } from './data.ts';

const TWO = parseVersionNumber(2);
const ONE = parseVersionNumber(1);

/** A prompt that uses these partials in version 1; those in `older` have a version 2. */
function using(name: string, uses: readonly string[], older: readonly string[] = []): PromptSummary {
  const summary = aSummary(name, 1);
  const partials = uses.map(use => [use, { prompt: parsePromptName(use), version: ONE }]);
  return {
    ...summary,
    newest: { ...summary.newest, partials: Object.fromEntries(partials) },
    outdatedPartials: uses
      .filter(use => older.includes(use))
      .map(use => ({ prompt: parsePromptName(use), used: ONE, newest: TWO })),
  };
}

const names = (...texts: string[]) => new Set(texts.map(text => parsePromptName(text)));

describe('the plan to update partials', () => {
  const OLDER = ['_header', '_style'];
  const prompts = [
    using('_header', []),
    using('_style', []),
    using('_page', ['_header'], OLDER),
    using('a', ['_page']),
    using('b', ['_header', '_style'], OLDER),
    using('c', ['_style'], OLDER),
    { ...using('gone', ['_header'], OLDER), archived: true },
  ];

  it('lists each partial with the prompts that use an older version', () => {
    assert.deepEqual(
      olderUses(prompts).map(({ partial, newest, users }) => `${partial}@${newest}: ${users.join(', ')}`),
      ['_header@2: _page, b', '_style@2: b, c'],
    );
  });

  it('includes the prompts that use it and their users, partials first', () => {
    assert.deepEqual(updatePlan(prompts, names('_header')), ['_page', 'a', 'b']);
    assert.deepEqual(updatePlan(prompts, names('_style')), ['b', 'c']);
    assert.deepEqual(updatePlan(prompts, names('_page')), []);
  });

  it('ends when partials use each other', () => {
    const circle = [using('_a', ['_b', '_header'], OLDER), using('_b', ['_a'])];
    assert.deepEqual([...updatePlan(circle, names('_header'))].sort(), ['_a', '_b']);
  });

  it('has an order in which every prompt finds its partials updated, and omits none', () => {
    const count = 8;
    const summaries = fc
      .tuple(
        fc.array(fc.array(fc.nat({ max: count - 1 }), { maxLength: 3 }), {
          minLength: count,
          maxLength: count,
        }),
        fc.shuffledSubarray(Array.from({ length: count }, (_, index) => `_${index}`)),
      )
      .map(([uses, older]) =>
        // Each uses partials of smaller numbers, so nothing uses itself.
        uses.map((used, index) =>
          using(
            `_${index}`,
            [...new Set(used.filter(each => each < index))].map(each => `_${each}`),
            older,
          ),
        ),
      );
    fc.assert(
      fc.property(summaries, fc.constantFrom('_0', '_1', '_2'), (summaries, partial) => {
        const plan = updatePlan(summaries, names(partial));
        assert.equal(new Set(plan).size, plan.length);
        const usedBy = (name: PromptName) =>
          Object.values(summaries.find(each => each.name === name)!.newest.partials).map(
            ({ prompt }) => prompt,
          );
        for (const [index, name] of plan.entries())
          for (const used of usedBy(name))
            assert.ok(!plan.slice(index).includes(used), `${name} uses ${used}`);
        for (const { name, outdatedPartials } of summaries) {
          const isDirect = outdatedPartials.some(({ prompt }) => prompt === partial);
          const isIndirect = usedBy(name).some(used => plan.includes(used));
          assert.equal(plan.includes(name), isDirect || isIndirect, name);
        }
      }),
      { numRuns: runs(2_000, 200) },
    );
  });
});

describe('partial update messages', () => {
  const update = { partials: ['_header@3'], prompts: 14, left: 0 };

  it('name what is updated, in how many prompts, and what breaks', () => {
    assert.equal(updateTitle(update), 'Update _header in 14 prompts');
    assert.equal(updateTitle({ partials: ['_a@2', '_b@3'], prompts: 1 }), 'Update 2 partials in 1 prompt');
    assert.match(
      updateQuestion({ ...update, left: 3 }, []).prompt,
      / 3 more prompts can be updated when you run this again\. The message is kept permanently\.$/,
    );
    assert.deepEqual(updateQuestion(update, []), {
      title: 'Update _header in 14 prompts',
      prompt:
        'Each prompt gets a new version with the same text and the newest partials. The message is kept permanently.',
      value: 'Use _header@3',
    });
    const words = 'Breaking for applications: The input "branch" is new and required.';
    assert.match(
      updateQuestion(update, [
        { prompt: 'a', words },
        { prompt: 'b', words },
      ]).prompt,
      /partials\. Breaking for applications: .* required\. This applies to 2 prompts\. The message/,
    );
  });

  it('say what was done, what was not and why', () => {
    assert.equal(
      updateOutcome({ updated: ['a', 'b'], failed: [] }),
      'Updated 2 prompts. Applications get the new versions once you promote them.',
    );
    assert.equal(
      updateOutcome({ updated: ['a'], failed: [{ prompt: 'b', why: 'It is archived.' }] }),
      'Updated a. Applications get the new versions once you promote them. Not updated: b. b: It is archived.',
    );
    const failed = Array.from({ length: 6 }, (_, index) => ({ prompt: `p${index}`, why: 'Offline.' }));
    assert.equal(
      updateOutcome({ updated: [], failed }),
      'No prompt was updated. Not updated: p0, p1, p2 and 3 more. p0: Offline. The log has the reason of 5 others.',
    );
  });
});
