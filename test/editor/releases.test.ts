import assert from 'node:assert/strict';
import { parseChannel } from '../../src/core/channel.ts';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { releaseRollback, releaseState } from '../../src/core/release.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { entriesOf, groupsOf, permittedReleaseActions } from '../../src/editor/promotions/groups.ts';
import { releaseWords } from '../../src/editor/promotions/release-labels.ts';
import { channelsIn, differencesOf, pairsOf, promotableOf } from '../../src/editor/releases/differences.ts';
import { releaseOutcome, wholeRefused } from '../../src/editor/releases/words.ts';
import { aKey, aPointer, aPromotion, aSummary, NOW } from './data.ts';

const PAIR = {
  source: parseEnvironmentName('staging'),
  target: parseEnvironmentName('production'),
  channel: parseChannel('stable'),
};

describe('the differences between two environments', () => {
  const summaries = [
    aSummary('support/zebra', 3, [aPointer('staging', 'stable', 3), aPointer('production', 'stable', 2)]),
    aSummary('same', 3, [aPointer('staging', 'stable', 2), aPointer('production', 'stable', 2)]),
    aSummary('Added', 1, [aPointer('staging', 'stable', 1)]),
    aSummary('gone', 1, [aPointer('production', 'stable', 1)]),
    {
      ...aSummary('old', 2, [aPointer('staging', 'stable', 2), aPointer('production', 'stable', 1)]),
      archived: true,
    },
    aSummary('nowhere', 1),
  ];
  it('are the prompts with different versions, by name', () => {
    assert.deepEqual(
      differencesOf(summaries, PAIR).map(({ prompt, version, from }) => [prompt, version, from]),
      [
        ['Added', 1, null],
        ['gone', null, 1],
        ['old', 2, 1],
        ['support/zebra', 3, 2],
      ],
    );
  });
  it('can be promoted, except archived prompts and those the source lacks', () => {
    const names = promotableOf(differencesOf(summaries, PAIR)).map(({ prompt }) => prompt);
    assert.deepEqual(names, ['Added', 'support/zebra']);
  });
  it('are offered for the last environment first, and for every pair', () => {
    const pairs = pairsOf(defaultEnvironments(0));
    assert.deepEqual(pairs.slice(0, 2), [
      ['staging', 'production'],
      ['development', 'staging'],
    ]);
    assert.equal(pairs.length, 6);
    assert.deepEqual(pairsOf(defaultEnvironments(0).slice(0, 1)), []);
  });
  it('are available for any channel set in them', () => {
    const canary = aPointer('production', 'canary', 1);
    const names = [PAIR.source, PAIR.target];
    assert.deepEqual(channelsIn([aSummary('p', 1, [canary])], names), ['stable', 'canary']);
  });
});

describe('the promotions of a release', () => {
  const release = { id: '7', atomic: true };
  const of = (id: string, more = {}) =>
    aPromotion('production', 2, {
      id,
      prompt: parsePromptName(`p${id}`),
      state: 'pending',
      appliedAt: null,
      approvalsNeeded: 1,
      release,
      ...more,
    });
  it('are one entry if there are several, and a plain one otherwise', () => {
    const alone = of('9', { release: { id: '9', atomic: true } });
    const entries = entriesOf([of('7'), aPromotion('production', 1, { id: '5' }), of('8'), alone]);
    assert.deepEqual(
      entries.map(entry =>
        entry.kind === 'release' ? entry.release.promotions.map(({ id }) => id) : entry.promotion.id,
      ),
      [['7', '8'], '5', '9'],
    );
  });
  it('count as one of the last twenty ended', () => {
    const ended = (id: number, more = {}) =>
      aPromotion('staging', 1, {
        id: String(id),
        appliedAt: new Date(NOW + id * 1000).toISOString(),
        ...more,
      });
    const many = [
      ...Array.from({ length: 30 }, (_, index) => ended(100 + index, { release })),
      ...Array.from({ length: 30 }, (_, index) => ended(index)),
    ];
    const [done] = groupsOf(many);
    assert.equal(done?.promotions.length, 30 + 19);
  });
  it('are summarized in one line, with what the policy still requires', () => {
    const shown = { ...release, promotions: [of('7', { reason: 'a [link](command:x)' }), of('8')] };
    const words = releaseWords(shown, NOW);
    assert.equal(words.label, '2 prompts production: 0 of 1 approval');
    assert.match(words.description, /^Release 7 · jonas\.weber · /);
    assert.doesNotMatch(words.tooltip(), /\[link\]\(command/);
    const mixed = { ...release, promotions: [of('7', { state: 'applied' }), of('8', { state: 'rejected' })] };
    assert.equal(releaseWords(mixed, NOW).label, '2 prompts 1 applied, 1 rejected');
    const canceled = {
      ...mixed,
      promotions: mixed.promotions.map(each => ({ ...each, state: 'cancelled' as const })),
    };
    assert.equal(releaseWords(canceled, NOW).label, '2 prompts canceled');
  });
  it('offer the actions permitted on any of them', () => {
    const own = of('8', { authors: ['mara.lindqvist'] });
    assert.deepEqual(permittedReleaseActions([of('7'), of('8')], aKey('production', 'approver')), [
      'approve',
      'reject',
    ]);
    assert.deepEqual(permittedReleaseActions([own], aKey('production', 'approver')), ['reject']);
  });
  it('roll back to what was live before, where they are still live', () => {
    const promotions = [
      of('1', { state: 'applied', from: parseVersionNumber(1) }),
      of('2', { state: 'applied', from: null }),
      of('3', { state: 'applied', from: parseVersionNumber(1) }),
      of('4', { state: 'rejected', from: parseVersionNumber(1) }),
    ];
    const { items, others } = releaseRollback(promotions, prompt =>
      parseVersionNumber(prompt === 'p3' ? 3 : 2),
    );
    assert.deepEqual(items, [{ prompt: 'p1', version: 1, from: 2 }]);
    assert.deepEqual(
      others.map(({ prompt, why, current }) => [prompt, why, current]),
      [
        ['p2', 'first', 2],
        ['p3', 'moved', 3],
        ['p4', 'not_applied', 2],
      ],
    );
  });
  it('are pending while one of them is, and mixed if they end differently', () => {
    assert.equal(releaseState(['applied', 'pending', 'planned']), 'pending');
    assert.equal(releaseState(['applied', 'planned']), 'planned');
    assert.equal(releaseState(['applied', 'applied']), 'applied');
    assert.equal(releaseState(['applied', 'rejected']), 'mixed');
  });
});

describe('the outcome of a release', () => {
  const place = { environment: 'production', channel: 'stable' };
  const result = (prompt: string, outcome: string, detail: string | null = null) => ({
    prompt,
    version: 2,
    outcome,
    promotion: null,
    code: detail === null ? null : 'prompt_archived',
    detail,
  });
  it('says what is live, what was already live, and what was refused and why', () => {
    const answer = {
      release: null,
      results: [
        result('a', 'applied'),
        result('b', 'already_live'),
        result('c', 'refused', 'It is archived.'),
      ],
    };
    assert.equal(
      releaseOutcome(answer as never, place),
      '1 prompt is now live in production. 1 prompt was live there already. Refused: c@2: It is archived.',
    );
  });
  it('names three of the prompts for which the whole release was refused', () => {
    const refused = ['a', 'b', 'c', 'd', 'e'].map(prompt => ({
      prompt,
      version: 2,
      code: 'pointer_moved' as const,
      detail: `${prompt} moved.`,
    }));
    assert.equal(
      wholeRefused(new Problem('pointer_moved', 'x', { refused })),
      'Nothing changed. Refused: a@2: a moved. b@2: b moved. c@2: c moved. And 2 more, listed in the log.',
    );
  });
});
