/** Where a registry remembers what it signed: one history of heads, whoever saves at once. */
import assert from 'node:assert/strict';
import { rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { CHECKPOINT_KIND } from '../../src/core/checkpoint.ts';
import { ZERO_DIGEST } from '../../src/core/digest.ts';
import { headFileOf, openHeadFile } from '../../src/registry/proof/head-file.ts';
import { runs } from '../runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const head = (seq: number) => ({
  checkpoint: {
    kind: CHECKPOINT_KIND,
    ...{ seq, hash: ZERO_DIGEST, at: '2026-11-29T00:00:00.000Z' },
    ...{ publicKey: 'AAAA', signature: 'AAAA' },
  } as const,
  broken: null,
});

describe('the signed head file', () => {
  it('is next to the key, readable by its owner only, and holds the last head saved', async () => {
    await using folder = await temporaryFolder();
    const path = headFileOf(join(folder.path, 'registry-key.pem'));
    assert.equal(path, join(folder.path, 'registry-key.head.db'));
    const heads = await openHeadFile(path);
    assert.deepEqual(heads.read(), { revision: 0, checkpoint: null, broken: null });
    assert.ok(heads.replace(0, head(7)));
    heads.close();
    if (process.platform !== 'win32') assert.equal((await stat(path)).mode & 0o777, 0o600);
    const again = await openHeadFile(path);
    assert.deepEqual(again.read(), { revision: 1, ...head(7) });
    await rename(path, `${path}.moved`);
    assert.equal(again.isInPlace(), false);
    again.close();
  });

  it('accepts a head only from a process that has seen the previous one', async () => {
    await using folder = await temporaryFolder();
    let file = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(2), fc.boolean()), { maxLength: 20 }), async steps => {
        const path = join(folder.path, `${file++}.head.db`);
        const processes = await Promise.all([1, 2, 3].map(() => openHeadFile(path)));
        const seen = [0, 0, 0];
        let saved = 0;
        for (const [which, looks] of steps) {
          const process = processes[which]!;
          if (looks) seen[which] = process.read().revision;
          else if (process.replace(seen[which]!, head(saved + 1))) {
            assert.equal(seen[which], saved, 'nobody had saved since');
            saved++;
          } else assert.notEqual(seen[which], saved);
          assert.equal(process.read().checkpoint?.seq ?? 0, saved);
        }
        for (const process of processes) process.close();
      }),
      { numRuns: runs(100, 15) },
    );
  });

  it('says what to do when it holds something else or cannot be written', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'head.db');
    await writeFile(path, 'something else, and long enough to be read as a header of a database'.repeat(20));
    await assert.rejects(
      openHeadFile(path),
      /cannot be used: it is no database of SQLite\. .*nothing is signed.*promptforge accept-head/s,
    );
    const other = join(folder.path, 'other.db');
    const opened = await openHeadFile(other);
    for (const checkpoint of ['{"seq": "7"}', '{']) {
      using database = new DatabaseSync(other);
      database.prepare('UPDATE head SET checkpoint = ?').run(checkpoint);
      assert.throws(() => opened.read(), /cannot be used: it holds no head of a log\. /);
    }
    opened.close();
    const tables = join(folder.path, 'tables.db');
    using database = new DatabaseSync(tables);
    database.exec('CREATE TABLE head (name TEXT)');
    await assert.rejects(openHeadFile(tables), /cannot be used: it holds other tables\. /);
    await assert.rejects(openHeadFile(join(folder.path, 'none', 'head.db')), /--signed-head/);
    await assert.rejects(openHeadFile(folder.path), /--signed-head/);
  });
});
