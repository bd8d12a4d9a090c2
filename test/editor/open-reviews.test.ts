/** The threads of the reviews that are open. */
import assert from 'node:assert/strict';
import type { Comment } from '../../src/contract/promotions.ts';
import { OpenReviews, type Review } from '../../src/editor/promotions/open-reviews.ts';
import { threadsOf } from '../../src/editor/promotions/threads.ts';
import { aPromotion } from './data.ts';

const PROMOTION = aPromotion('production', 12, { id: '17' });

function comment(id: string, line: number): Comment {
  const at = '2026-09-12T11:00:00.000Z';
  return { id, promotion: '17', actor: 'ada', at, text: id, place: { side: 'to', line } };
}

class Shown {
  static count = 0;
  readonly name = ++Shown.count;
  comments: readonly string[] = [];
  isDisposed = false;
  dispose(): void {
    this.isDisposed = true;
  }
}

/** Reviews whose registry answers each call when the test says so. */
function reviews() {
  const calls: {
    id: string;
    answer: (comments: readonly Comment[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const typing = { now: true };
  const open = new OpenReviews<Shown>({
    isTyped: () => typing.now,
    fetch: id =>
      new Promise<Review>((resolve, reject) => {
        calls.push({
          id,
          answer: comments => resolve({ promotion: PROMOTION, comments }),
          fail: reject,
        });
      }),
    threads: (_id, { promotion, comments }) => threadsOf(promotion, comments),
    show(_id, _review, { comments }, before) {
      const shown = before ?? new Shown();
      shown.comments = comments.map(({ id }) => id);
      return shown;
    },
  });
  return { open, calls, typing };
}

describe('open reviews', () => {
  it('show the newest loading, however late an older one finishes', async () => {
    const { open, calls } = reviews();
    assert.deepEqual(open.follow(new Set(['17'])), ['17']);
    const loadings = [open.load('17'), open.load('17')];
    calls[1]?.answer([comment('1', 3), comment('2', 3)]);
    await loadings[1];
    calls[0]?.answer([comment('1', 3)]);
    await Promise.all(loadings);
    assert.deepEqual(
      open.shown('17').map(({ comments }) => comments),
      [['1', '2']],
    );
  });

  it('ignore an older loading that fails, and keep what is shown when the newest fails', async () => {
    const { open, calls } = reviews();
    open.follow(new Set(['17']));
    const loadings = [open.load('17'), open.load('17')];
    calls[0]?.fail(new Error('Too late'));
    calls[1]?.answer([comment('1', 3)]);
    await Promise.all(loadings);
    const failing = open.load('17');
    calls[2]?.fail(new Error('Gone'));
    await assert.rejects(failing, /Gone/);
    assert.deepEqual(open.shown('17')[0]?.comments, ['1']);
  });

  it('update a thread in place, and dispose only those that are gone', async () => {
    const { open, calls } = reviews();
    open.follow(new Set(['17']));
    const first = open.load('17');
    calls[0]?.answer([comment('1', 3), comment('2', 5)]);
    await first;
    const [third, fifth] = open.shown('17');
    const second = open.load('17');
    calls[1]?.answer([comment('1', 3), comment('3', 3)]);
    await second;
    assert.deepEqual(open.shown('17'), [third]);
    assert.deepEqual(third?.comments, ['1', '3']);
    assert.equal(third?.isDisposed, false);
    assert.equal(fifth?.isDisposed, true);
  });

  it('adopt a thread created in VS Code, unless the line has one', () => {
    const { open } = reviews();
    const place = { version: PROMOTION.version, line: 3 };
    const [one, two, three] = [new Shown(), new Shown(), new Shown()];
    open.follow(new Set(['17']));
    open.adopt('17', place, one);
    open.adopt('17', place, two);
    open.adopt('18', place, three);
    assert.deepEqual(open.shown('17'), [one]);
    assert.deepEqual(
      [one, two, three].map(each => each.isDisposed),
      [false, true, true],
    );
  });

  it('keep no thread of a closed review while nothing is typed', async () => {
    const { open, calls, typing } = reviews();
    typing.now = false;
    open.follow(new Set(['17']));
    const loading = open.load('17');
    calls[0]?.answer([comment('1', 3)]);
    await loading;
    const [shown] = open.shown('17');
    open.follow(new Set());
    assert.equal(shown?.isDisposed, true);
  });

  it('keep the threads of the last ten closed reviews while something is typed', async () => {
    const { open, calls } = reviews();
    for (let id = 1; id <= 12; id++) {
      open.follow(new Set([String(id)]));
      const loading = open.load(String(id));
      calls.at(-1)?.answer([comment('1', 3)]);
      await loading;
    }
    const all = [1, 2, 11, 12].map(id => open.shown(String(id)).length);
    assert.deepEqual(all, [0, 1, 1, 1]);
    const [kept] = open.shown('2');
    assert.deepEqual(open.follow(new Set(['2'])), ['2']);
    assert.deepEqual(open.shown('2'), [kept]);
    open.clear();
    assert.equal(kept?.isDisposed, true);
    assert.deepEqual(open.shown('2'), []);
  });

  it('change nothing after they are cleared', async () => {
    const { open, calls } = reviews();
    open.follow(new Set(['17']));
    const loading = open.load('17');
    open.clear();
    calls[0]?.answer([comment('1', 3)]);
    await loading;
    assert.deepEqual(open.shown('17'), []);
  });
});
