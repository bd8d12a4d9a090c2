/** The thread that hashes beside a verification: what it does, and what becomes of a verification without it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { DATABASE_FILE, openDataFolder } from '../../src/registry/data-folder.ts';
import { IDENTITY_FILE } from '../../src/registry/identity.ts';
import { type HashJob, ROOM } from '../../src/registry/proof/hash-job.ts';
import { type Hashing, hashingThread } from '../../src/registry/proof/hashing.ts';
import { openSigning } from '../../src/registry/proof/open-signing.ts';
import { verification } from '../../src/registry/proof/verification.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { aRegistry } from './a-registry.ts';

/** Events of a piece: there are more pieces than may wait for the thread. */
const PIECE = 2;
const VERSIONS = 2 * PIECE * ROOM;

describe('the thread that hashes beside a verification', () => {
  let folder: TemporaryFolder;
  let store: Store;
  let file: string;
  let open: Hashing[];

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
        await registry.publish('p', `{{> header}} ${base} é 😀`, base === 0 ? null : base);
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

  /** Counts what is taken, and what is done by this thread all the same. */
  function counted(hashing: Hashing) {
    open.push(hashing);
    const counts = { taken: 0, again: 0, kinds: new Set<HashJob['kind']>() };
    return {
      ...hashing,
      counts,
      take(job: HashJob, check: Parameters<Hashing['take']>[1]) {
        counts.taken++;
        counts.kinds.add(job.kind);
        hashing.take(job, snapshot => {
          counts.again++;
          return check(snapshot);
        });
      },
    };
  }

  async function verified(hashing: Hashing): Promise<number> {
    const running = verification(store, PIECE, hashing);
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

  it('takes versions and MACs, of which nothing is done again that fits', async () => {
    const hashing = counted(hashingThread(file));
    assert.ok((await verified(hashing)) > VERSIONS);
    const { taken, again, kinds } = hashing.counts;
    assert.deepEqual([...kinds].sort(), ['macs', 'versions']);
    assert.ok(taken >= ROOM, `${taken} jobs`);
    assert.ok(again <= ROOM, `${again} of ${taken} jobs were done again`);
  });

  for (const [what, sql, back, told] of [
    [
      'a source',
      `UPDATE versions SET source = replace(source, 'é', 'è') WHERE prompt = 'p' AND version = 50`,
      `UPDATE versions SET source = replace(source, 'è', 'é') WHERE prompt = 'p' AND version = 50`,
      /source of the version p@50/,
    ],
    [
      'a message',
      `UPDATE versions SET message = message || 'x' WHERE prompt = 'p' AND version = 50`,
      `UPDATE versions SET message = substr(message, 1, length(message) - 1) WHERE prompt = 'p' AND version = 50`,
      /versions has message/,
    ],
    [
      'a MAC',
      `UPDATE events SET mac = 'A' || mac WHERE prompt = 'p' AND version = 50`,
      `UPDATE events SET mac = substr(mac, 2) WHERE prompt = 'p' AND version = 50`,
      /does not carry a MAC/,
    ],
  ] as const)
    it(`finds that ${what} was changed, which is then named`, () =>
      changed(sql, back, () =>
        assert.rejects(verified(counted(hashingThread(file))), { code: 'chain_broken', message: told }),
      ));

  it('names what comes first, though something later was found before', async () => {
    const first = `UPDATE versions SET message = message || 'x' WHERE prompt = 'p' AND version = 3`;
    await changed(
      `${first}; UPDATE versions SET bytes = bytes + 1 WHERE prompt = 'p' AND version = 60`,
      `UPDATE versions SET message = substr(message, 1, length(message) - 1) WHERE prompt = 'p' AND version = 3;
       UPDATE versions SET bytes = bytes - 1 WHERE prompt = 'p' AND version = 60`,
      () => assert.rejects(verified(counted(hashingThread(file))), { message: /p@3/ }),
    );
  });

  for (const [what, content] of [
    ['is not there', undefined],
    ['is no database', 'no database at all'.repeat(100)],
    ['is another registry', ''],
  ] as const)
    it(`does not decide by a file that ${what}: everything is then done without it`, async () => {
      const other = join(folder.path, `other-${what.replaceAll(' ', '-')}`);
      if (content !== undefined) await writeFile(other, content);
      const hashing = counted(hashingThread(other));
      assert.ok((await verified(hashing)) > VERSIONS);
      const { taken, again } = hashing.counts;
      assert.equal(again, taken, 'all that it had taken');
      await changed(
        `UPDATE versions SET message = message || 'x' WHERE prompt = 'p' AND version = 3`,
        `UPDATE versions SET message = substr(message, 1, length(message) - 1) WHERE prompt = 'p' AND version = 3`,
        () => assert.rejects(verified(counted(hashingThread(other))), { message: /p@3/ }),
      );
    });
});
