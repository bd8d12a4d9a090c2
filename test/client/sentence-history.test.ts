import assert from 'node:assert/strict';
import { CacheFolder } from '../../src/client/cache-folder.ts';
import { DiskVersionCache } from '../../src/client/disk-version-cache.ts';
import {
  type HistoryOptions,
  keptSource,
  type SentenceHistory,
  sentenceHistory,
} from '../../src/client/sentence-history.ts';
import type { Version } from '../../src/contract/prompts.ts';
import { blamedSentences } from '../../src/core/blame/blame.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aVersion } from './a-version.ts';

const URL = 'https://prompts.example.com';
const PROMPT = parsePromptName('support/triage');
const LIMITS = { versions: 10, characters: 1000, length: 100 };

const versionsOf = (...texts: readonly string[]): Version[] =>
  texts.map((text, index) => aVersion(text, { version: parseVersionNumber(index + 1) }));
const told = ({ blame }: SentenceHistory) =>
  blamedSentences(blame).map(({ key, change }) => `${change.version} ${key}`);

describe('the sentence history of a prompt from cached versions', () => {
  /** @param missing versions whose sources are not kept */
  async function historyOf(
    versions: readonly Version[],
    wanted: number | undefined,
    options: HistoryOptions = {},
    ...missing: readonly number[]
  ): Promise<SentenceHistory> {
    await using folder = await temporaryFolder();
    const cache = new DiskVersionCache(new CacheFolder(folder.path));
    for (const version of versions)
      if (!missing.includes(version.version)) await cache.putVersion(URL, version);
    const history = versions.map(({ source: _, ...summary }) => summary).reverse();
    await cache.putHistory(URL, PROMPT, history, true);
    const version = wanted === undefined ? undefined : parseVersionNumber(wanted);
    return await sentenceHistory(keptSource(cache, URL), PROMPT, version, options);
  }
  const three = versionsOf('A. B.', 'A. C.', 'A. C. D.');

  it('covers the newest version or an older one, with the details of each version', async () => {
    const history = await historyOf(three, undefined);
    assert.deepEqual(told(history), ['1 A.', '2 C.', '3 D.']);
    assert.deepEqual([history.version, history.versions.get(2)?.author], [3, 'mara.lindqvist']);
    assert.deepEqual(told(await historyOf(three, 2)), ['1 A.', '2 C.']);
  });

  it('begins after a missing version, and reports it', async () => {
    const history = await historyOf(versionsOf('A.', 'A. B.', 'A. B. C.', 'A. B. C. D.'), undefined, {}, 2);
    assert.deepEqual(told(history), ['3 A.', '3 B.', '3 C.', '4 D.']);
    assert.equal(history.blame.oldest, 3);
    await assert.rejects(historyOf(three, undefined, {}, 3), Problem);
    await assert.rejects(historyOf(three, 9), /There is no version 9 of "support\/triage"/);
    await assert.rejects(historyOf([], undefined), /There is no version of "support\/triage"/);
  });

  it('begins after a version that is not listed, as for a key that may only read released versions', async () => {
    const [first, , ...later] = versionsOf('A.', 'A. B.', 'A. B. C.', 'A. B. C. D.');
    assert.ok(first);
    const history = await historyOf([first, ...later], undefined);
    assert.deepEqual(told(history), ['3 A.', '3 B.', '3 C.', '4 D.']);
  });

  it('stops at its limits', async () => {
    const limits = (changes: Partial<typeof LIMITS>) => ({ limits: { ...LIMITS, ...changes } });
    assert.equal((await historyOf(three, undefined, limits({ versions: 2 }))).blame.oldest, 2);
    assert.equal((await historyOf(three, undefined, limits({ characters: 10 }))).blame.oldest, 2);
    const long = versionsOf('A. B. C. D. E. F.', 'A.', 'A. B.');
    assert.equal((await historyOf(long, undefined, limits({ length: 10 }))).blame.oldest, 2);
    await assert.rejects(historyOf(long, 1, limits({ length: 10 })), { code: 'too_large' });
  });

  it('extends the history of an earlier version, unless that is from another registry', async () => {
    const first = await historyOf(three, 2);
    const counts: number[] = [];
    const onProgress = (count: number) => counts.push(count);
    // Only the newest one is kept: the others are not needed.
    const extended = await historyOf(three, 3, { since: first, onProgress }, 1, 2);
    assert.deepEqual(told(extended), ['1 A.', '2 C.', '3 D.']);
    assert.deepEqual([...extended.versions.keys()].sort(), [1, 2, 3]);
    assert.equal(await historyOf(three, 2, { since: first }), first);
    const four = versionsOf('A. B.', 'A. C.', 'A. C. D.', 'A. C. D. E.');
    const gap = await historyOf(four, 4, { since: first }, 3);
    assert.deepEqual(told(gap), ['4 A.', '4 C.', '4 D.', '4 E.']);
    const others = versionsOf('X.', 'X. Y.', 'A. C. Y.');
    assert.deepEqual(told(await historyOf(others, 3, { since: first })), ['3 A.', '3 C.', '2 Y.']);
  });

  it('is the same if it is built in pieces of fifty versions', async () => {
    const texts = Array.from({ length: 120 }, (_, at) => `A. ${'B. '.repeat(at % 7)}Say ${at >> 4}.`);
    const history = await historyOf(versionsOf(...texts), undefined);
    assert.equal(told(history).at(-1), '113 Say 7.');
    // What changed nothing of it is not kept.
    assert.ok(history.versions.size < 10);
    assert.ok(history.versions.has(120));
  });

  it('stops when it is canceled', async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    await assert.rejects(historyOf(three, 3, { signal: controller.signal, onProgress }), {
      name: 'AbortError',
    });
  });
});
