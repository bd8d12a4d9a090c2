import assert from 'node:assert/strict';
import { liveTitle, versionTitle } from '../../src/editor/language/code-lens-words.ts';
import { aPointer, aSummary } from './data.ts';

describe('the code lens over a prompt', () => {
  it('abbreviates the version and state of the file', () => {
    const summary = aSummary('a', 12);
    assert.equal(
      versionTitle({ base: undefined, summary: undefined, state: 'new', isAbsent: false }),
      'Not published',
    );
    assert.equal(versionTitle({ base: 12, summary, state: 'clean', isAbsent: false }), '@12');
    assert.equal(versionTitle({ base: 12, summary, state: 'modified', isAbsent: false }), '@12 modified');
    assert.equal(versionTitle({ base: 11, summary, state: 'behind', isAbsent: false }), '@11 behind');
    assert.equal(versionTitle({ base: undefined, summary, state: undefined, isAbsent: false }), 'Newest @12');
    const absent = { base: 5, summary: undefined, state: 'clean', isAbsent: true } as const;
    assert.equal(versionTitle(absent), '@5 not in the registry');
  });

  it('shows what is live in production first, and the rest in the tooltip', () => {
    const pointers = [
      aPointer('development', 'stable', 14),
      aPointer('production', 'stable', 11),
      aPointer('production', 'canary', 13),
      aPointer('staging', 'stable', 12),
    ];
    assert.deepEqual(liveTitle(aSummary('a', 14, pointers), false), {
      title: 'live @11, canary @13',
      tooltip: [
        '@14 is live in development (stable).',
        '@11 is live in production (stable).',
        '@13 is live in production (canary).',
        '@12 is live in staging (stable).',
      ].join('\n'),
    });
    assert.equal(liveTitle(aSummary('a', 14, pointers.slice(0, 1)), false)?.title, 'development @14');
  });

  it('says that nothing is live, and is empty while nothing is known', () => {
    assert.equal(liveTitle(aSummary('a', 1, [aPointer('staging', 'latest', 1)]), false)?.title, 'Not live');
    assert.equal(liveTitle(undefined, false), undefined);
  });

  it('shows the last known live version while the registry is unavailable', () => {
    const summary = aSummary('a', 2, [aPointer('production', 'stable', 1)]);
    const { title, tooltip } = liveTitle(summary, true) ?? assert.fail();
    assert.equal(title, 'live @1 (last known)');
    assert.match(tooltip, /^Offline\. Showing last known state\.\n@1 is live/);
    assert.equal(liveTitle(aSummary('a', 1), true)?.title, 'Not live (last known)');
  });
});
