/** Bytes of others on their way through the thread that delivers, and long answers: few pieces in a turn. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { oneATurn } from '../../src/registry/prompts/one-a-turn.ts';
import { pipeInTurns, takeInTurns } from '../../src/registry/serving/in-turns.ts';

const PIECE = Buffer.alloc(1024, 'x');

function pieces(count: number): Readable {
  const source = new Readable({ read() {}, highWaterMark: count * PIECE.length });
  for (let piece = 0; piece < count; piece++) source.push(PIECE);
  return source;
}

describe('chunks piped in turns', () => {
  it('are few in each turn, however many connections have some', async () => {
    let taken = 0;
    const sources = Array.from({ length: 50 }, () => pieces(20));
    for (const source of sources)
      takeInTurns(source, () => {
        taken += 1;
        return true;
      });
    const perTurn: number[] = [];
    while (taken < 1000) {
      const before = taken;
      await nextTurn();
      perTurn.push(taken - before);
    }
    // The first of each is there already.
    assert.ok(Math.max(...perTurn.slice(1)) <= 8, String(perTurn));
  });

  it('all arrive, and wait for a slow reader', async () => {
    const source = pieces(100);
    const sink = new PassThrough({ highWaterMark: PIECE.length });
    pipeInTurns(source, sink);
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    assert.ok(source.readableLength > 90 * PIECE.length, String(source.readableLength));
    source.push(null);
    assert.equal((await buffer(sink)).byteLength, 100 * PIECE.length);
  });

  it('stop when the pipe is ended or the other side disconnects', async () => {
    const [ended, cut] = [pieces(100), pieces(100)];
    const [sink, gone] = [new PassThrough(), new PassThrough()];
    pipeInTurns(ended, sink)();
    pipeInTurns(cut, gone);
    gone.destroy();
    await once(gone, 'close');
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    assert.ok(ended.readableLength >= 99 * PIECE.length);
    assert.ok(cut.readableLength >= 98 * PIECE.length);
    assert.equal(sink.writableFinished, false);
  });
});

describe('chunks of long answers', () => {
  it('are made one per turn, in the order they were requested', async () => {
    const made: number[] = [];
    const all = Array.from({ length: 20 }, async (_, index) => {
      await oneATurn();
      made.push(index);
    });
    const perTurn: number[] = [];
    while (made.length < 20) {
      const before = made.length;
      await nextTurn();
      perTurn.push(made.length - before);
    }
    await Promise.all(all);
    assert.equal(Math.max(...perTurn), 1);
    assert.deepEqual(
      made,
      made.toSorted((one, other) => one - other),
    );
  });
});
