/** Ranges of the log that a verification does not look at itself: when they fit, and what becomes of it where they do not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { DATABASE_FILE, openDataFolder } from '../../src/registry/data-folder.ts';
import { IDENTITY_FILE } from '../../src/registry/identity.ts';
import { prepareSource } from '../../src/registry/prompts/prepare-source.ts';
import { publish } from '../../src/registry/prompts/publish.ts';
import { openSigning } from '../../src/registry/proof/open-signing.ts';
import { RANGE } from '../../src/registry/proof/range-work.ts';
import {
  type Ranges,
  rangesOf,
  rangesOfTwoThreads,
  startRangesThread,
  startRangesThreadFor,
} from '../../src/registry/proof/ranges.ts';
import { verification, verifyRegistry } from '../../src/registry/proof/verification.ts';
import { macsOf } from '../../src/registry/store/macs.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { aRegistry } from './a-registry.ts';

/** More ranges than one. */
const VERSIONS = 2 * RANGE + 50;

describe('ranges skipped by a verification', () => {
  let folder: TemporaryFolder;
  let store: Store;
  let file: string;
  let open: Ranges[];

  before(async () => {
    folder = await temporaryFolder();
    file = join(folder.path, DATABASE_FILE);
    {
      const made = await openDataFolder(folder.path);
      const keyFile = join(folder.path, IDENTITY_FILE);
      (await openSigning(made, { keyFile, author: COMMAND_LINE, isOnlyPlace: true })).heads.close();
      await made.close();
    }
    {
      await using registry = await aRegistry({ folder: folder.path });
      await registry.publish('_header', 'Dear {{name}}', null);
      for (let base = 0; base < VERSIONS; base++)
        await registry.call('POST', '/v1/prompts/p/-/versions', {
          source: `${base % 50 === 0 ? '{{> header}}' : ''} ${base} é 😀`,
          ...{ message: 'About p', base: base === 0 ? null : base },
          ...(base % 5 === 3 && { origin: { author: 'Mára "x"\\', commit: 'c0ffee7' } }),
        });
    }
    store = await openDataFolder(folder.path);
  });
  after(async () => {
    await store.close();
    await folder[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    open = [];
  });
  afterEach(async () => {
    for (const each of open) await each.close();
  });

  async function rangesIn(name: string, isTwo: boolean): Promise<Ranges & { readonly fit: boolean[] }> {
    const macs = await store.read(async snapshot => macsOf(snapshot));
    const options = { file: name, macs, newest: store.newestSeq?.() ?? 0 };
    const ranges = isTwo ? rangesOfTwoThreads(options) : rangesOf(options);
    open.push(ranges);
    const fit: boolean[] = [];
    return {
      ...ranges,
      fit,
      async after(seq) {
        const range = await ranges.after(seq);
        fit.push(range !== undefined);
        return range;
      },
    };
  }

  async function verified(ranges: Ranges): Promise<number> {
    const running = verification(store, RANGE, ranges);
    while (!(await running.next())) await new Promise(setImmediate);
    return running.head().seq;
  }

  /** While `work` runs, the database is changed as its administrator could. */
  async function changed(sql: string, back: string, work: () => Promise<unknown>): Promise<void> {
    using database = new DatabaseSync(file);
    const triggers = database
      .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%_no_update'")
      .all();
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
    database.exec(sql);
    try {
      await work();
    } finally {
      database.exec(back);
      for (const trigger of triggers) database.exec(String(trigger['sql']));
    }
  }

  for (const isTwo of [false, true])
    it(`are accepted in an intact log, by ${isTwo ? 'two threads' : 'one thread'}`, async () => {
      const ranges = await rangesIn(file, isTwo);
      assert.ok((await verified(ranges)) > VERSIONS);
      assert.deepEqual(ranges.fit, [true, true, true]);
    });

  for (const [what, sql, back, told] of [
    [
      'a source',
      `UPDATE versions SET source = replace(source, 'é', 'è') WHERE prompt = 'p' AND version = 52`,
      `UPDATE versions SET source = replace(source, 'è', 'é') WHERE prompt = 'p' AND version = 52`,
      /source of the version p@52/,
    ],
    [
      'a message',
      `UPDATE versions SET message = message || 'x' WHERE prompt = 'p' AND version = 52`,
      `UPDATE versions SET message = substr(message, 1, length(message) - 1) WHERE prompt = 'p' AND version = 52`,
      /versions has message/,
    ],
    [
      'an origin',
      `UPDATE versions SET origin = replace(origin, 'c0ffee7', 'c0ffee8') WHERE prompt = 'p' AND version = 54`,
      `UPDATE versions SET origin = replace(origin, 'c0ffee8', 'c0ffee7') WHERE prompt = 'p' AND version = 54`,
      /versions has origin/,
    ],
    [
      'an origin in both its rows',
      `UPDATE versions SET origin = replace(origin, 'c0ffee7', 'c0ffee8') WHERE prompt = 'p' AND version = 54;
       UPDATE events SET data = replace(data, 'c0ffee7', 'c0ffee8') WHERE prompt = 'p' AND version = 54`,
      `UPDATE versions SET origin = replace(origin, 'c0ffee8', 'c0ffee7') WHERE prompt = 'p' AND version = 54;
       UPDATE events SET data = replace(data, 'c0ffee8', 'c0ffee7') WHERE prompt = 'p' AND version = 54`,
      /does not have the hash it claims/,
    ],
    [
      'an origin that nobody stated',
      `UPDATE versions SET origin = '{"commit":"c0ffee7"}' WHERE prompt = 'p' AND version = 52`,
      `UPDATE versions SET origin = NULL WHERE prompt = 'p' AND version = 52`,
      /versions has origin/,
    ],
    [
      'a message of a version with a partial',
      `UPDATE versions SET message = message || 'x' WHERE prompt = 'p' AND version = 51`,
      `UPDATE versions SET message = substr(message, 1, length(message) - 1) WHERE prompt = 'p' AND version = 51`,
      /versions has message/,
    ],
    [
      'a message in both its rows',
      `UPDATE versions SET message = message || 'x' WHERE prompt = 'p' AND version = 52;
       UPDATE events SET data = json_set(data, '$.message', json_extract(data, '$.message') || 'x')
         WHERE prompt = 'p' AND version = 52`,
      `UPDATE versions SET message = substr(message, 1, length(message) - 1) WHERE prompt = 'p' AND version = 52;
       UPDATE events SET data = json_set(data, '$.message', rtrim(json_extract(data, '$.message'), 'x'))
         WHERE prompt = 'p' AND version = 52`,
      /does not have the hash it claims/,
    ],
    [
      'an author in the log alone',
      `UPDATE events SET actor = actor || 'x' WHERE prompt = 'p' AND version = 52`,
      `UPDATE events SET actor = substr(actor, 1, length(actor) - 1) WHERE prompt = 'p' AND version = 52`,
      /does not have the hash it claims/,
    ],
    [
      'a channel in the log alone',
      `UPDATE events SET channel = 'latest' WHERE prompt = 'p' AND version = 52`,
      `UPDATE events SET channel = NULL WHERE prompt = 'p' AND version = 52`,
      /does not have the hash it claims/,
    ],
    [
      'a time in the row of a version alone',
      `UPDATE versions SET published_at = published_at || 'x' WHERE prompt = 'p' AND version = 52`,
      `UPDATE versions SET published_at = rtrim(published_at, 'x') WHERE prompt = 'p' AND version = 52`,
      /versions has published_at/,
    ],
    [
      'a MAC',
      `UPDATE events SET mac = 'A' || mac WHERE prompt = 'p' AND version = 52`,
      `UPDATE events SET mac = substr(mac, 2) WHERE prompt = 'p' AND version = 52`,
      /does not carry a MAC/,
    ],
  ] as const)
    for (const isTwo of [false, true])
      it(`are rejected when ${what} was changed, which is then named (${isTwo ? 'two threads' : 'one thread'})`, () =>
        changed(sql, back, async () => {
          const ranges = await rangesIn(file, isTwo);
          await assert.rejects(verified(ranges), { code: 'chain_broken', message: told });
          assert.deepEqual(ranges.fit, [false]);
        }));

  it('lead to the first change, even if a later one was found earlier', async () => {
    const first = `UPDATE versions SET message = message || 'x' WHERE prompt = 'p' AND version = 3`;
    await changed(
      `${first}; UPDATE versions SET bytes = bytes + 1 WHERE prompt = 'p' AND version = 600`,
      `UPDATE versions SET message = substr(message, 1, length(message) - 1) WHERE prompt = 'p' AND version = 3;
       UPDATE versions SET bytes = bytes - 1 WHERE prompt = 'p' AND version = 600`,
      async () => assert.rejects(verified(await rangesIn(file, true)), { message: /p@3/ }),
    );
  });

  for (const [what, content] of [
    ['is not there', undefined],
    ['is no database', 'no database at all'.repeat(100)],
    ['is another registry', ''],
  ] as const)
    for (const isTwo of [false, true])
      it(`are verified anyway without a file that ${what} (${isTwo ? 'two threads' : 'one thread'})`, async () => {
        const other = join(folder.path, `other-${what.replaceAll(' ', '-')}`);
        if (content !== undefined) await writeFile(other, content);
        const ranges = await rangesIn(other, isTwo);
        assert.ok((await verified(ranges)) > VERSIONS);
        assert.deepEqual(ranges.fit, [false, false, false]);
        await changed(
          `UPDATE versions SET message = message || 'x' WHERE prompt = 'p' AND version = 3`,
          `UPDATE versions SET message = substr(message, 1, length(message) - 1) WHERE prompt = 'p' AND version = 3`,
          async () => assert.rejects(verified(await rangesIn(other, isTwo)), { message: /p@3/ }),
        );
      });

  it('are checked by a thread started before the registry was opened', async () => {
    await using thread = startRangesThread();
    await once(thread.worker, 'online');
    const end = await verifyRegistry(store, { manyEvents: 0, thread });
    assert.equal(end.seq, store.newestSeq?.());
  });

  it('are verified without a thread that has already ended', async () => {
    const thread = startRangesThread();
    await thread[Symbol.asyncDispose]();
    assert.equal((await verifyRegistry(store, { manyEvents: 0, thread })).seq, store.newestSeq?.());
  });

  it('have a thread started early only for a large database', async () => {
    const large = join(folder.path, 'large');
    await writeFile(large, Buffer.alloc(4 * 1024 * 1024));
    await using thread = startRangesThreadFor(large);
    assert.ok(thread);
    assert.equal(startRangesThreadFor(join(folder.path, 'none')), undefined);
    await writeFile(join(folder.path, 'small'), Buffer.alloc(4 * 1024 * 1024 - 1));
    assert.equal(startRangesThreadFor(join(folder.path, 'small')), undefined);
  });

  it('are accepted for any characters in messages and authors', async () => {
    const ascii = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).join('');
    const others = '\u0080\u00a0é\u2028\u2029\ufeff\uffff😀\u{10ffff}';
    await using other = await temporaryFolder();
    await using registry = await openDataFolder(other.path).then(made =>
      Object.assign(made, { [Symbol.asyncDispose]: () => made.close() }),
    );
    const environment = parseEnvironmentName('development');
    const name = parsePromptName('p');
    const source = await prepareSource(name, 'Text');
    await registry.write(async transaction => {
      const caller = { actor: `a"\\${others}`, key: 'k"', role: 'author', environment } as const;
      await publish(transaction, registry.now, caller, name, source, { message: ascii + others, base: null });
    });
    const newest = registry.newestSeq?.() ?? 0;
    const ranges = rangesOf({ file: join(other.path, DATABASE_FILE), macs: undefined, newest });
    open.push(ranges);
    const range = await ranges.after(0);
    assert.equal(range?.head.seq, newest);
  });
});
