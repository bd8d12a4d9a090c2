import assert from 'node:assert/strict';
import { Hearing } from '../../src/registry/store/postgres/hearing.ts';

describe('hearing of commits', () => {
  /** Commits that are found by asking, each followed by silence. */
  function unheard(hearing: Hearing, ...revisions: number[]): void {
    for (const revision of revisions) {
      hearing.found(revision);
      hearing.silence();
    }
  }

  it('is not doubted while nothing is committed, nor for what was committed before', () => {
    const hearing = new Hearing(7);
    unheard(hearing, 7, 7, 7);
    assert.equal(hearing.deaf, false);
  });
  it('is not doubted where notifications come before or after the commit is found', () => {
    const hearing = new Hearing(1);
    for (let revision = 2; revision < 20; revision += 2) {
      hearing.heard(revision);
      hearing.found(revision + 1);
      hearing.heard(revision + 1);
      hearing.silence();
    }
    assert.equal(hearing.deaf, false);
  });
  it('is not doubted for one that was never told of, however long it is asked for', () => {
    const hearing = new Hearing(1);
    unheard(hearing, 2, 2, 2);
    hearing.heard(3);
    unheard(hearing, 3, 4, 4);
    assert.equal(hearing.deaf, false);
  });
  it('is given up after two in a row, for good', () => {
    const hearing = new Hearing(1);
    unheard(hearing, 2, 3);
    assert.equal(hearing.deaf, true);
    hearing.heard(4);
    assert.equal(hearing.deaf, true);
  });
});
