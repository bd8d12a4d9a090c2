import assert from 'node:assert/strict';
import type { SentenceHistory } from '../../src/client/sentence-history.ts';
import { emptyBlame, extendBlame, type SentenceOrigin } from '../../src/core/blame/blame.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { annotation, changeMarkdown, whyNoEarlier } from '../../src/editor/sentences/words.ts';
import { aVersion } from '../client/a-version.ts';
import { HIDDEN } from '../hostile-text.ts';

const AT = '2026-11-24T14:03:00.000Z';
const NOW = Date.parse('2026-11-27T10:00:00.000Z');
const change = (version?: number): SentenceOrigin => ({
  version: version === undefined ? undefined : parseVersionNumber(version),
  start: 0,
});

describe('the hover of a sentence change', () => {
  function historyOf(oldest: number, author: string, message: string, publishedAt = AT): SentenceHistory {
    const versions = [oldest, 7].map(each =>
      aVersion('A.', { version: parseVersionNumber(each), author, message, publishedAt }),
    );
    const blame = extendBlame(
      emptyBlame('prompt'),
      versions.map(({ version, source }) => ({ version, text: source })),
    );
    return {
      blame,
      version: parseVersionNumber(7),
      versions: new Map(versions.map(each => [each.version, each])),
    };
  }
  const dana = historyOf(1, 'Dana', 'Shorter greeting\n\nas asked');
  const said = (history: SentenceHistory, version?: number) =>
    changeMarkdown(history, change(version), 'sentence', NOW, 'UTC');

  it('says when it changed, by whom, in which version and why', () => {
    assert.equal(said(dana, 7), 'This sentence changed on Tuesday at 14:03, Dana, @7: Shorter greeting');
    assert.equal(
      said(historyOf(1, 'Dana', '', '2026-09-12T14:03:00.000Z'), 7),
      'This sentence changed on Sep 12 at 14:03 UTC, Dana, @7',
    );
    assert.match(changeMarkdown(dana, change(7), 'line', NOW, 'UTC'), /^This line changed/);
    assert.equal(annotation(dana, [change(7)], NOW), '@7 Dana, 2 days ago');
  });

  it('names the versions of all sentences on a line and describes the newest', () => {
    const all = [change(7), change(1), change(7), change()];
    assert.equal(annotation(dana, all.slice(0, 3), NOW), '@1 · @7 Dana, 2 days ago');
    assert.equal(annotation(dana, all, NOW), '@1 · @7 · Not published yet');
    const many = Array.from({ length: 7 }, (_, index) => change(index + 1));
    assert.equal(annotation(dana, many, NOW), '… · @2 · @3 · @4 · @5 · @6 · @7 Dana, 2 days ago');
  });

  it('names the commit and links the pull request of a version with an origin', () => {
    const version = { ...aVersion('A.', { version: parseVersionNumber(7), publishedAt: AT }) };
    const origin = { commit: 'c0ffee7', pullRequest: 'https://github.com/o/r/pull/12' };
    const history = { ...dana, versions: new Map([[version.version, { ...version, origin }]]) };
    assert.match(said(history, 7), /: first\n\nCommit c0ffee7 · \[github\\\.com\/o\/r\/pull\/12\]\(<https:/);
  });

  it('says that the sentence is of the first version, or not published yet', () => {
    assert.match(said(dana, 1), /^This sentence is from the first version: Tuesday at 14:03, Dana, @1: /);
    assert.equal(said(dana), 'Not published yet');
    assert.equal(annotation(dana, [change()], NOW), 'Not published yet');
  });

  it('says that the change may be older if older versions were not read', () => {
    const cut = historyOf(5, 'Dana', 'Why');
    assert.match(said(cut, 5), /^This sentence is from this version or an older one: .*@5: Why$/);
    assert.equal(annotation(cut, [change(5)], NOW), '@5 or older Dana, 2 days ago');
    assert.match(said(cut, 7), /^This sentence changed on/);
  });

  it('says why there is no earlier wording', () => {
    assert.match(whyNoEarlier(dana, change(1)), /as in support\/triage@1, the first version\.$/);
    assert.match(whyNoEarlier(dana, change(7)), /is new in support\/triage@7/);
    assert.match(whyNoEarlier(dana, change()), /is not published yet/);
    assert.match(whyNoEarlier(historyOf(5, 'Dana', ''), change(5)), /@5 or an older version/);
  });

  it('shows what people wrote as plain text, shortened and on one line', () => {
    const hostile = historyOf(
      1,
      '[Dana](command:evil) <img>',
      `![x](https://x.example) \u202e**bold** ${'x'.repeat(999)}`,
    );
    const text = said(hostile, 7);
    assert.doesNotMatch(text, /(?<!\\)[[\]<>*!]/);
    assert.doesNotMatch(text, HIDDEN);
    assert.ok(text.length < 500);
    const shown = annotation(historyOf(1, `D\n\u202e${'a'.repeat(99)}`, ''), [change(7)], NOW);
    assert.doesNotMatch(shown, HIDDEN);
    assert.ok(shown.length < 80);
  });
});
