import assert from 'node:assert/strict';
import { CacheFolder } from '../../src/client/cache-folder.ts';
import { DiskVersionCache } from '../../src/client/disk-version-cache.ts';
import { blamedSentences } from '../../src/core/blame/blame.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import type { Session } from '../../src/editor/connection/session.ts';
import { SentenceHistories } from '../../src/editor/sentences/sentence-histories.ts';
import { aVersion } from '../client/a-version.ts';
import { eventually } from '../eventually.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';

const URL = 'https://prompts.example.com';
const PROMPT = parsePromptName('support/triage');
const version = parseVersionNumber;

describe('the sentence histories of a window', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  /** A window whose registry is away; its cache opens when `open` is called. */
  async function aWindow(...texts: readonly string[]) {
    const cache = new DiskVersionCache(new CacheFolder(folder.path));
    const versions = texts.map((text, index) => aVersion(text, { version: version(index + 1) }));
    for (const each of versions) await cache.putVersion(URL, each);
    const history = versions.map(({ source: _, ...summary }) => summary).reverse();
    await cache.putHistory(URL, PROMPT, history, true);
    const read: string[] = [];
    const gate = Promise.withResolvers<void>();
    let opened = 0;
    const session = {
      ...{ state: { kind: 'offline' }, registry: URL, cacheUrl: (url: string) => url },
      async cache() {
        opened++;
        await gate.promise;
        return {
          getHistory: cache.getHistory.bind(cache),
          peekSource(digest: string) {
            read.push(digest);
            return cache.peekSource(digest as never);
          },
        };
      },
    };
    const histories = new SentenceHistories(session as unknown as Session);
    return { histories, read, session, cache, open: gate.resolve, opened: () => opened };
  }
  const forever = () => new AbortController().signal;

  it('are loaded once for all callers, and cached', async () => {
    const { histories, open, opened, read } = await aWindow('A.', 'A. B.');
    const asked = [1, 2, 3].map(() => histories.of(PROMPT, version(2), forever()));
    open();
    const [first, second] = await Promise.all(asked);
    assert.equal(first, second);
    assert.equal(await histories.of(PROMPT, version(2), forever()), first);
    assert.equal(histories.peek(PROMPT, version(2)), first);
    assert.deepEqual([opened(), read.length], [1, 2]);
  });

  it('keep loading only while a caller waits', async () => {
    const { histories, open, opened } = await aWindow('A.');
    const [one, other] = [new AbortController(), new AbortController()];
    const gone = histories.of(PROMPT, version(1), one.signal);
    const stays = histories.of(PROMPT, version(1), other.signal);
    one.abort();
    await assert.rejects(gone, { name: 'AbortError' });
    other.abort();
    await assert.rejects(stays, { name: 'AbortError' });
    const again = histories.of(PROMPT, version(1), forever());
    assert.equal(opened(), 2);
    open();
    assert.equal((await again).version, 1);
    await assert.rejects(histories.of(PROMPT, version(1), AbortSignal.abort()), { name: 'AbortError' });
  });

  it('are retried after a failure', async () => {
    const { histories, open, cache } = await aWindow('A.');
    open();
    await assert.rejects(histories.of(PROMPT, version(2), forever()), { code: 'version_not_found' });
    const { source: _, ...next } = aVersion('A. B.', { version: version(2) });
    await cache.putVersion(URL, { ...next, source: 'A. B.' });
    await cache.putHistory(URL, PROMPT, [next], true);
    assert.equal((await histories.of(PROMPT, version(2), forever())).version, 2);
  });

  it('are extended by a new version', async () => {
    const { histories, open, read } = await aWindow('A.', 'A. B.', 'A. B. C.');
    open();
    await histories.of(PROMPT, version(2), forever());
    read.length = 0;
    const { blame } = await histories.of(PROMPT, version(3), forever());
    assert.equal(read.length, 1);
    assert.deepEqual(
      blamedSentences(blame).map(({ change }) => change.version),
      [1, 2, 3],
    );
  });

  it('are separate per registry', async () => {
    const { histories, open, session } = await aWindow('A.');
    open();
    await histories.of(PROMPT, version(1), forever());
    session.registry = 'https://other.example.com';
    assert.equal(histories.peek(PROMPT, version(1)), undefined);
  });

  it('stop loading when the window closes', async () => {
    const { histories, open } = await aWindow('A.');
    const asked = histories.of(PROMPT, version(1), forever());
    histories.dispose();
    open();
    await assert.rejects(asked, { name: 'AbortError' });
    await eventually('nothing to be kept', () => histories.peek(PROMPT, version(1)) === undefined);
  });
});
