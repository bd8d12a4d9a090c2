/**
 * Limits the bytes that a delivery thread passes on or drops for other requests: it handles only a few pieces of bodies
 * and responses per turn of the event loop, in total, so that deliveries never wait for a piece of every connection.
 */
import type { Readable, Writable } from 'node:stream';

/** Pieces per turn of the event loop; each has up to 64 KiB, and takes some hundredths of a millisecond. */
const PIECES = 4;

/** Streams that wait for their turn. There is one list per thread, as there is one event loop. */
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
 * Calls `take` for each piece, at most one per turn. The caller handles errors.
 * @param take returns false if the next piece must wait until `goOn` is called
 * @returns a function that stops early, and leaves the source paused
 */
export function takeInTurns(source: Source, take: (piece: Buffer, goOn: () => void) => boolean): () => void {
  let isOver = false;
  const next = (): void => {
    if (!isOver) goOnLater(source);
  };
  const onData = (piece: Buffer): void => {
    source.pause();
    if (!take(piece, next) || isOver) return;
    // If everything has arrived, the rest is short.
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

/** Like `source.pipe(sink)`, in turns. @returns as `takeInTurns` */
export function pipeInTurns(source: Source, sink: Writable): () => void {
  const finish = (): void => void sink.end();
  const end = takeInTurns(source, (piece, goOn) => {
    // The sink's own events report its end.
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
