/**
 * How many requests without a valid key a place, and all places together, may make before they are refused without a
 * closer look. No request with a valid key is ever counted or refused by this.
 */

export interface FailedKeyLimits {
  /** Requests a second on average, and at a stretch. */
  readonly perAddress: Rate;
  readonly total: Rate;
}

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface FailedKeys {
  /** Whether anybody is over a limit now: usually nobody, and nothing more has to be asked. */
  isAnyOver(): boolean;
  isOver(address: string): boolean;
  /** @returns whether it brought the address over its limit just now */
  count(address: string): boolean;
  /** How many addresses are remembered. */
  readonly size: number;
}

/** Some MB; beyond it those that were first to fail are forgotten, and the limit of all together holds on. */
const MAX_ADDRESSES = 20_000;

/**
 * By the generic cell rate algorithm: of each address the time at which it has paid for all it did, which is all there
 * is to remember.
 * @param now in ms, never going back
 */
export function failedKeys(
  { perAddress, total }: FailedKeyLimits,
  now: () => number = () => performance.now(),
  maxAddresses = MAX_ADDRESSES,
): FailedKeys {
  const own = cell(perAddress);
  const all = cell(total);
  const paidAt = new Map<string, number>();
  let allPaidAt = 0;
  /** Until when somebody is over a limit. */
  let overUntil = 0;

  return {
    isAnyOver: () => overUntil > now(),
    isOver(address) {
      const time = now();
      return all.isOver(allPaidAt, time) || own.isOver(paidAt.get(address) ?? 0, time);
    },
    count(address) {
      const time = now();
      const before = paidAt.get(address) ?? 0;
      const after = own.paid(before, time);
      // The one that failed last comes last.
      paidAt.delete(address);
      paidAt.set(address, after);
      allPaidAt = all.paid(allPaidAt, time);
      overUntil = Math.max(overUntil, own.overUntil(after), all.overUntil(allPaidAt));
      forgetFirst(time);
      return own.isOver(after, time) && !own.isOver(before, time);
    },
    get size() {
      return paidAt.size;
    },
  };

  /** Those that have paid for everything are as good as new. */
  function forgetFirst(time: number): void {
    for (const [address, paid] of paidAt) {
      if (paid > time && paidAt.size <= maxAddresses) return;
      paidAt.delete(address);
    }
  }
}

function cell({ perSecond, burst }: Rate) {
  const cost = 1000 / perSecond;
  const credit = burst * cost;
  return {
    /** Whether the next one is beyond the limit. */
    isOver: (paidAt: number, time: number) => paidAt + cost > time + credit,
    overUntil: (paidAt: number) => paidAt + cost - credit,
    // Never further ahead than to the limit: it ends soon after the last one, however many there were.
    paid: (paidAt: number, time: number) => Math.min(Math.max(paidAt, time) + cost, time + credit),
  };
}
