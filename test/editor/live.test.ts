import assert from 'node:assert/strict';
import type { Live } from '../../src/contract/live.ts';
import { parseChannel } from '../../src/core/channel.ts';
import { digestOf } from '../../src/core/digest.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { isOver } from '../../src/editor/live/is-over.ts';
import { liveUriParts, parseLiveUri } from '../../src/editor/live/live-uri.ts';
import {
  comparisonTitle,
  evidence,
  fromUntil,
  inBrief,
  notLiveYet,
  whatWasLive,
  whoAndWhy,
} from '../../src/editor/live/words.ts';
import { aPointer, aPromotion, aSummary } from './data.ts';

const LIVE: Live = {
  prompt: parsePromptName('support/triage'),
  environment: parseEnvironmentName('production'),
  channel: parseChannel('stable'),
  at: '2026-09-12T14:03:00.000Z',
  version: parseVersionNumber(11),
  digest: digestOf('x'),
  text: 'x',
  source: 'x',
  promotion: aPromotion('production', 11, {
    approvals: [{ actor: 'ada', at: '2026-09-01T10:00:00.000Z', comment: '' }],
  }),
  from: '2026-09-01T10:00:00.000Z',
  until: '2026-09-13T08:00:00.000Z',
  event: { seq: 41, hash: digestOf('event') },
};

describe('a version marked as still live', () => {
  const still = { ...LIVE, until: null };
  const since = (environment: string, version: number) =>
    aSummary('support/triage', 12, [aPointer(environment, 'stable', version)]);

  it('is outdated once its own pointer in its environment moves', () => {
    assert.equal(isOver(still, since('production', 11)), false);
    assert.equal(isOver(still, since('production', 12)), true);
    assert.equal(isOver(still, since('staging', 12)), false);
    assert.equal(isOver(still, undefined), false);
    assert.equal(isOver(LIVE, since('production', 12)), false);
  });

  it('is outdated for latest once another version is published', () => {
    assert.equal(isOver({ ...still, promotion: null }, aSummary('support/triage', 11)), false);
    assert.equal(isOver({ ...still, promotion: null }, aSummary('support/triage', 12)), true);
  });
});

describe('the description of what was live', () => {
  it('names the version, the environment and the time in both zones', () => {
    assert.match(
      whatWasLive(LIVE),
      /^support\/triage@11 was live in production on Sep 12.* at .*14:03 UTC\)?$/,
    );
    assert.match(inBrief(LIVE), /^@11 was live in production on Sep 12.* at /);
    assert.match(fromUntil(LIVE), /^From .* at .* until .* at /);
    assert.match(fromUntil({ ...LIVE, until: null }), /until now$/);
  });

  it('names who promoted it, who approved and why', () => {
    assert.equal(whoAndWhy(LIVE), 'Promoted by jonas.weber, approved by ada: Tested');
    assert.match(
      whoAndWhy({ ...LIVE, promotion: aPromotion('production', 11, { rollback: true }) }),
      /^Rolled back by/,
    );
    assert.match(whoAndWhy({ ...LIVE, promotion: null }), /because @11 had been published$/);
  });

  it('names the event that proves it', () => {
    assert.ok(evidence(LIVE).endsWith(`Event 41 of the log proves it: ${LIVE.event.hash}`));
  });

  it('gives the origin its publisher stated, on a separate line', () => {
    const origin = { commit: 'c0ffee7', author: 'octo\ncat', repository: 'https://github.com/o/r' };
    assert.match(
      evidence({ ...LIVE, origin }),
      /\nIts publisher stated: commit c0ffee7 of https:\/\/github\.com\/o\/r by octo\\ncat\.\nEvent 41/,
    );
    const pullRequest = 'https://github.com/o/r/pull/12';
    assert.match(
      evidence({ ...LIVE, origin: { pullRequest } }),
      /\nPull request: https:\/\/github\.com\/o\/r\/pull\/12\nEvent 41/,
    );
    assert.doesNotMatch(evidence(LIVE), /stated|Pull request/);
  });

  it('says when the first version went live if none was live yet', () => {
    const asked = { ...LIVE, at: '2026-08-01T00:00:00.000Z' };
    const problem = (firstLiveAt: string | null) => new Problem('not_live_yet', 'x', { firstLiveAt });
    assert.match(
      notLiveYet(asked, problem('2026-08-02T00:00:00.000Z')),
      /^No version of support\/triage was live in production on .*00:00 UTC\)?\. The first version went live on .*00:00 UTC\)?\.$/,
    );
    assert.match(notLiveYet(asked, problem(null)), /: no version was ever live there\.$/);
  });

  it('is the title of the comparison with what is live now', () => {
    assert.equal(
      comparisonTitle('triage', LIVE, { ...LIVE, version: parseVersionNumber(12) }),
      'triage: @11 ↔ @12 (now) · production',
    );
  });
});

describe('the URI of what was live', () => {
  it('contains everything needed to open it again', () => {
    for (const registry of ['embedded', 'https://prompts.example.com', 'http://127.0.0.1:8080/registry']) {
      const { prompt, environment, channel, at } = LIVE;
      const address = { registry, prompt, environment, channel, at };
      const parts = liveUriParts(address, 11);
      assert.equal(parts.path, '/support/triage@11');
      assert.deepEqual(parseLiveUri(parts), address);
    }
  });

  it('is invalid when a part is missing', () => {
    const parts = liveUriParts({ registry: 'embedded', ...LIVE }, 11);
    for (const query of ['', 'null', '{}', JSON.stringify({ ...LIVE, registry: 'embedded', at: 'noon' })])
      assert.equal(parseLiveUri({ ...parts, query }), undefined, query);
    assert.equal(parseLiveUri({ ...parts, scheme: 'promptforge' }), undefined);
    assert.equal(parseLiveUri({ ...parts, path: '/support/triage' }), undefined);
  });
});
