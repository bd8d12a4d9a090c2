/**
 * What the thread that delivers does with the bytes of others: bodies and answers that go through it, and bodies that it
 * drops. In each turn of its event loop it takes a few pieces of all of them together, so that deliveries, which come in
 * the same turn, never wait for as many pieces as there are connections.
 */
import type { Readable, Writable } from 'node:stream';

/** In one turn of the event loop; one has up to 64 KiB, and takes some hundredths of a millisecond. */
const PIECES = 4;

/** Those that go on when it is their turn. One list for each thread, as there is one event loop. */
const waiting = new Set<Readable>();
let isPlanned = false;

function goOnLater(source: Readable): void {
  waiting.add(source);
  plan();
}

function plan(): void {
  if (isPlanned) return;
  isPlanned = true;
  setImmediate(goOn);
}

function goOn(): void {
  isPlanned = false;
  let left = PIECES;
  for (const source of waiting) {
    if (left === 0) break;
    left -= 1;
    waiting.delete(source);
    source.resume();
  }
  if (waiting.size > 0) plan();
}

type Source = Readable & { readonly complete?: boolean };

/**
 * Calls `take` for each piece, one in a turn at most. Errors are the caller's.
 * @param take returns false where the next one is to wait; calling `goOn` asks for it
 * @returns what ends it before its time; the source is paused then
 */
export function takeInTurns(source: Source, take: (piece: Buffer, goOn: () => void) => boolean): () => void {
  let isOver = false;
  const next = (): void => {
    if (!isOver) goOnLater(source);
  };
  const onData = (piece: Buffer): void => {
    source.pause();
    if (!take(piece, next) || isOver) return;
    // Where all of it has arrived, the rest is short.
    if (source.complete === true) source.resume();
    else next();
  };
  const end = (): void => {
    isOver = true;
    waiting.delete(source);
    source.off('data', onData).off('end', end).off('close', end);
  };
  source.on('data', onData).once('end', end).once('close', end);
  return () => {
    end();
    source.pause();
  };
}

/** As `source.pipe(sink)`, in turns. @returns as `takeInTurns` */
export function pipeInTurns(source: Source, sink: Writable): () => void {
  const finish = (): void => void sink.end();
  const end = takeInTurns(source, (piece, goOn) => {
    // Its own events tell what became of it.
    if (sink.destroyed) return false;
    if (sink.write(piece)) return true;
    sink.once('drain', goOn);
    return false;
  });
  source.once('end', finish);
  return () => {
    source.off('end', finish);
    end();
  };
}
