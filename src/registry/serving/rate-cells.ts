/**
 * How often somebody did something, counted by all threads together in memory that they share. By the generic cell rate
 * algorithm there is one number to remember of each: the time at which it has paid for all it did.
 */
import { hash } from 'node:crypto';

export interface Rate {
  /** On average, and at a stretch. */
  readonly perSecond: number;
  readonly burst: number;
}

export interface RateCells {
  /** Counts one, unless it is too early. @returns for how many ms more it is; 0: it is counted */
  admit(who: string): number;
  /** Counts one in any case, but never further ahead than to the limit. @returns until when it is over, in ms on the clock */
  charge(who: string): number;
  /** Returns whether the next one is beyond the limit. */
  isOver(who: string): boolean;
}

/** Where one may be found: of so many places in a row the one that has been paid for longest is taken by a newcomer. */
const ROW = 8;
interface Place {
  readonly at: number;
  /** Whose it is; 0: nobody's. */
  readonly mark: bigint;
  readonly paid: bigint;
}

/** In bytes: whose place it is, and until when it has paid. */
const PLACE = 16;

/** @param places how many may be remembered, a power of two, and at least 8 */
export function rateMemory(places: number): SharedArrayBuffer {
  return new SharedArrayBuffer(places * PLACE);
}

const NS = 1e6;
/** Each thread has a zero of its own for `performance.now()`. */
const OFFSET = Number(process.hrtime.bigint()) / NS - performance.now();

/** In ms, never going back, and the same in all threads of a process. */
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
  // Of the rounded cost, or a stretch would be one short.
  const credit = BigInt(Math.round(burst * Number(cost)));
  /** Where each was found last. */
  const known = new Map<string, { readonly at: number; readonly mark: bigint }>();

  /** Of whom it is, followed by until when they have paid. Found anew where somebody else has taken the place. */
  function placeOf(who: string): number {
    const last = known.get(who);
    if (last !== undefined && Atomics.load(cells, last.at) === last.mark) return last.at;
    const mark = markOf(who);
    if (known.size >= places) known.clear();
    for (;;) {
      const place = placeIn(Number(BigInt.asUintN(32, mark)), mark);
      if (place.mark !== mark) {
        if (Atomics.compareExchange(cells, place.at, place.mark, mark) !== place.mark) continue;
        // Unless another thread has found it there and counted already.
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
