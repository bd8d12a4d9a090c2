/**
 * How many requests without a valid key a place, and all places together, may make before they are refused without a
 * closer look. No request with a valid key is ever counted or refused by this.
 */
import { type Rate, rateCells, rateMemory, sharedNow } from './rate-cells.ts';

export interface FailedKeyLimits {
  /** Requests a second on average, and at a stretch. */
  readonly perAddress: Rate;
  readonly total: Rate;
}

/** Counters of all threads. */
export interface FailedKeysMemory {
  readonly addresses: SharedArrayBuffer;
  readonly total: SharedArrayBuffer;
  /** Until when somebody is over a limit: one number of 32 bits, in s. */
  readonly over: SharedArrayBuffer;
}

export interface FailedKeys {
  /** Returns whether anybody may be over a limit now: usually nobody is, and nothing more has to be asked. */
  isAnyOver(): boolean;
  isOver(address: string): boolean;
  /** @returns whether it brought the address over its limit just now */
  count(address: string): boolean;
}

/** Half a MiB; beyond it those that failed longest ago are forgotten, and the limit of all together holds on. */
const ADDRESSES = 2 ** 15;
const ALL = '';

/** @param addresses how many are remembered, a power of two */
export function failedKeysMemory(addresses: number = ADDRESSES): FailedKeysMemory {
  return { addresses: rateMemory(addresses), total: rateMemory(8), over: new SharedArrayBuffer(4) };
}

/** @param now in ms, never going back, the same for all who have the memory */
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
