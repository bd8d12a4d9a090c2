/** Writes that share a commit, on a database whose faults are told here: a real one has them too seldom. */
import assert from 'node:assert/strict';
import { patience } from '../../scripts/host/patience.ts';
import {
  type SharedCommitsOptions,
  sharedCommits,
  type TransactionWork,
} from '../../src/registry/store/shared-commits.ts';
import type { WriteTransaction } from '../../src/registry/store/store.ts';

/** A transaction that is a list of what was written; a savepoint is its length. */
function database(faults: Partial<SharedCommitsOptions> & { readonly lost?: Error } = {}) {
  const commits: string[][] = [];
  let begun: string[] = [];
  let mark = 0;
  const shared = sharedCommits({
    commit: async all => {
      begun = [];
      await all(begun as unknown as WriteTransaction);
      commits.push(begun);
    },
    savepoints: {
      set: async () => {
        mark = begun.length;
      },
      back: async (_, error) => {
        if (error === faults.lost) throw new Error('no such savepoint');
        begun.length = mark;
      },
    },
    patience: 60_000,
    tooLong: () => new Error('too long'),
    ...faults,
  });
  const add =
    (text: string, fault?: Error): TransactionWork<string> =>
    async transaction => {
      (transaction as unknown as string[]).push(text);
      if (fault !== undefined) throw fault;
      return text;
    };
  return { commits, write: shared.write, add };
}

describe('writes that share a commit', () => {
  it('are committed together when they wait at once, in order of arrival', async () => {
    const { commits, write, add } = database();
    const texts = Array.from({ length: 40 }, (_, n) => `w${n}`);
    assert.deepEqual(await Promise.all(texts.map(text => write(add(text)))), texts);
    assert.deepEqual(commits.flat(), texts);
    assert.deepEqual(
      commits.map(({ length }) => length),
      [32, 8],
    );
  });

  it('keep nothing of one that fails', async () => {
    const { commits, write, add } = database();
    const fault = new Error('refused');
    const outcomes = await Promise.allSettled([write(add('a')), write(add('b', fault)), write(add('c'))]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal((outcomes[1] as PromiseRejectedResult).reason, fault);
    assert.deepEqual(commits, [['a', 'c']]);
  });

  it('need no savepoint while none fails, and are repeated with one each when one does', async () => {
    let savepoints = 0;
    const { commits, write, add } = database({
      savepoints: {
        set: async () => ++savepoints,
        back: async transaction => (transaction as unknown as string[]).pop(),
      },
    });
    await Promise.all(['a', 'b', 'c'].map(text => write(add(text))));
    assert.equal(savepoints, 0);
    const outcomes = await Promise.allSettled([
      write(add('d')),
      write(add('e')),
      write(add('f', new Error('no'))),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected'],
    );
    assert.equal(savepoints, 3);
    assert.deepEqual(commits, [
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });

  it('all fail with the reason when the transaction is lost, and later ones succeed', async () => {
    const lost = new Error('the disk is full');
    const { commits, write, add } = database({ lost });
    const outcomes = await Promise.allSettled([write(add('a')), write(add('b', lost)), write(add('c'))]);
    for (const outcome of outcomes) assert.equal((outcome as PromiseRejectedResult).reason, lost);
    assert.deepEqual(commits, []);
    assert.equal(await write(add('d')), 'd');
    assert.deepEqual(commits, [['d']]);
  });

  it('all fail when the commit does', async () => {
    const refused = new Error('commit refused');
    const { write, add } = database({
      commit: async all => {
        await all([] as unknown as WriteTransaction);
        throw refused;
      },
    });
    const outcomes = await Promise.allSettled([write(add('a')), write(add('b'))]);
    for (const outcome of outcomes) assert.equal((outcome as PromiseRejectedResult).reason, refused);
  });

  it('are repeated from the start when the database asks for it', async () => {
    const { write, add } = database({
      commit: async all => {
        await all([] as unknown as WriteTransaction);
        await all([] as unknown as WriteTransaction);
      },
    });
    assert.deepEqual(await Promise.all([write(add('a')), write(add('b'))]), ['a', 'b']);
  });

  it('fail when their turn does not come in time', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { write, add } = database({
      // The first has its turn at once, on any machine.
      patience: patience(500),
      commit: async all => {
        await promise;
        await all([] as unknown as WriteTransaction);
      },
    });
    const first = write(add('a'));
    await new Promise(done => setImmediate(done));
    await assert.rejects(write(add('b')), { message: 'too long' });
    resolve();
    assert.equal(await first, 'a');
  });
});
