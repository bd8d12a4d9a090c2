/**
 * Rate limits counted by all threads in shared memory. The generic cell rate algorithm needs one number per client: the
 * time at which everything it did is paid for.
 */
import { hash } from 'node:crypto';

export interface Rate {
  /** On average, and in a burst. */
  readonly perSecond: number;
  readonly burst: number;
}

export interface RateCells {
  /** Counts a request unless it is too early. @returns 0 if it is counted, otherwise the ms to wait */
  admit(who: string): number;
  /**
   * Counts a request in any case, but at most up to the limit.
   * @returns the time until which the client is over the limit, in ms on the clock
   */
  charge(who: string): number;
  /** Returns true if the next request would be over the limit. */
  isOver(who: string): boolean;
}

/** A client is in one of this many adjacent places; a new one takes the place that was paid for longest ago. */
const ROW = 8;
interface Place {
  readonly at: number;
  /** Identifies the client; 0 if the place is free. */
  readonly mark: bigint;
  readonly paid: bigint;
}

/** In bytes: the client's mark, and the time until which it has paid. */
const PLACE = 16;

/** @param places the number of clients to remember, a power of two, at least 8 */
export function rateMemory(places: number): SharedArrayBuffer {
  return new SharedArrayBuffer(places * PLACE);
}

const NS = 1e6;
/** `performance.now()` starts at another time in each thread. */
const OFFSET = Number(process.hrtime.bigint()) / NS - performance.now();

/** A monotonic time in ms, the same in all threads of a process. */
export function sharedNow(): number {
  return performance.now() + OFFSET;
}

/** @param memory of `rateMemory` */
export function rateCells(
  { perSecond, burst }: Rate,
  memory: SharedArrayBuffer,
  now: () => number = sharedNow,
): RateCells {
  const cells = new BigInt64Array(memory);
  const places = memory.byteLength / PLACE;
  const cost = nanoseconds(1000 / perSecond);
  // Uses the rounded cost, or a burst would be one short.
  const credit = BigInt(Math.round(burst * Number(cost)));
  /** The last known place of each client. */
  const known = new Map<string, { readonly at: number; readonly mark: bigint }>();

  /**
   * The index of the client's mark, which is followed by the time until which it has paid. Searches again if another
   * client has taken the place.
   */
  function placeOf(who: string): number {
    const last = known.get(who);
    if (last !== undefined && Atomics.load(cells, last.at) === last.mark) return last.at;
    const mark = markOf(who);
    if (known.size >= places) known.clear();
    for (;;) {
      const place = placeIn(Number(BigInt.asUintN(32, mark)), mark);
      if (place.mark !== mark) {
        if (Atomics.compareExchange(cells, place.at, place.mark, mark) !== place.mark) continue;
        // Does nothing if another thread has already found the place and counted.
        Atomics.compareExchange(cells, place.at + 1, place.paid, 0n);
      }
      known.set(who, { at: place.at, mark });
      return place.at;
    }
  }

  function placeIn(start: number, mark: bigint): Place {
    let best: Place | undefined;
    for (let i = 0; i < ROW; i++) {
      const at = 2 * ((start + i) % places);
      const found = Atomics.load(cells, at);
      const paid = Atomics.load(cells, at + 1);
      if (found === mark) return { at, mark, paid };
      if (best === undefined || (best.mark !== 0n && (found === 0n || paid < best.paid)))
        best = { at, mark: found, paid };
    }
    return best as Place;
  }

  return {
    admit(who) {
      const time = nanoseconds(now());
      const at = placeOf(who) + 1;
      for (;;) {
        const paid = Atomics.load(cells, at);
        const after = (paid > time ? paid : time) + cost;
        if (after > time + credit) return Number(after - time - credit) / NS;
        if (Atomics.compareExchange(cells, at, paid, after) === paid) return 0;
      }
    },
    charge(who) {
      const time = nanoseconds(now());
      const at = placeOf(who) + 1;
      for (;;) {
        const paid = Atomics.load(cells, at);
        const more = (paid > time ? paid : time) + cost;
        const after = more < time + credit ? more : time + credit;
        if (Atomics.compareExchange(cells, at, paid, after) === paid)
          return Number(after + cost - credit) / NS;
      }
    },
    isOver(who) {
      const time = nanoseconds(now());
      return Atomics.load(cells, placeOf(who) + 1) + cost > time + credit;
    },
  };
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * NS));
}

/** Identifies a client: 64 bits of a digest, never 0. */
function markOf(who: string): bigint {
  return hash('sha256', who, 'buffer').readBigInt64LE() || 1n;
}
