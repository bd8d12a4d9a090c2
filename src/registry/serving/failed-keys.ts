/**
 * Limits requests without a valid key, per address and in total: beyond the limit they are refused without an exact
 * check. Requests with a valid key are never counted or refused.
 */
import { type Rate, rateCells, rateMemory, sharedNow } from './rate-cells.ts';

export interface FailedKeyLimits {
  /** Requests per second on average, and in a burst. */
  readonly perAddress: Rate;
  readonly total: Rate;
}

/** Counters shared by all threads. */
export interface FailedKeysMemory {
  readonly addresses: SharedArrayBuffer;
  readonly total: SharedArrayBuffer;
  /** The time until which somebody is over a limit: one 32-bit number, in s. */
  readonly over: SharedArrayBuffer;
}

export interface FailedKeys {
  /** Returns true if anybody may be over a limit now. Usually nobody is, and no further check is needed. */
  isAnyOver(): boolean;
  isOver(address: string): boolean;
  /** @returns true if this brought the address over its limit */
  count(address: string): boolean;
}

/**
 * The number of addresses to remember, in half a MiB. Beyond it the oldest are forgotten, but the total limit still
 * applies.
 */
const ADDRESSES = 2 ** 15;
const ALL = '';

/** @param addresses the number of addresses to remember, a power of two */
export function failedKeysMemory(addresses: number = ADDRESSES): FailedKeysMemory {
  return { addresses: rateMemory(addresses), total: rateMemory(8), over: new SharedArrayBuffer(4) };
}

/** @param now in ms, monotonic, and the same for all users of the memory */
export function failedKeys(
  { perAddress, total }: FailedKeyLimits,
  memory: FailedKeysMemory = failedKeysMemory(),
  now: () => number = sharedNow,
): FailedKeys {
  const own = rateCells(perAddress, memory.addresses, now);
  const all = rateCells(total, memory.total, now);
  const over = new Int32Array(memory.over);

  function overUntil(ms: number): void {
    const until = Math.ceil(ms / 1000);
    for (let known = Atomics.load(over, 0); known < until; known = Atomics.load(over, 0))
      if (Atomics.compareExchange(over, 0, known, until) === known) return;
  }

  return {
    isAnyOver: () => Atomics.load(over, 0) * 1000 > now(),
    isOver: address => all.isOver(ALL) || own.isOver(address),
    count(address) {
      const wasOver = own.isOver(address);
      const [ownUntil, allUntil] = [own.charge(address), all.charge(ALL)];
      overUntil(Math.max(ownUntil, allUntil));
      return !wasOver && ownUntil > now();
    },
  };
}
