/**
 * Limits the bytes of request bodies in memory, per key and in total, from their arrival to the answer. Bytes are
 * counted as they arrive, because senders decide how long that takes.
 */
import { shownBytes } from '../../contract/body-limits.ts';
import { Problem } from '../../core/problem.ts';

export interface BodyLimits {
  /** In bytes. */
  readonly perKey: number;
  readonly total: number;
  /** In addition to the total, for short bodies only, so that filling the total does not prevent promotions. */
  readonly short: number;
}

const MIB = 1024 * 1024;
export const BODY_LIMITS: BodyLimits = { perKey: 16 * MIB, total: 64 * MIB, short: 16 * MIB };
/** The maximum of a short body, in bytes. */
const SHORT = 64 * 1024;

/** The bytes that one request holds. */
export interface BodyClaim {
  /** @throws Problem `queue_full` if the key holds too much, `unavailable` if all keys together do */
  take(bytes: number): void;
  /** Gives everything back. May be called twice. */
  release(): void;
}

export interface BodyBudget {
  claim(key: string): BodyClaim;
  /** The number of bytes held now. */
  readonly held: number;
}

/** Seconds until other bodies are likely to be released. */
const RETRY_AFTER = 1;

export function bodyBudget({ perKey, total, short }: BodyLimits = BODY_LIMITS): BodyBudget {
  const byKey = new Map<string, number>();
  let held = 0;

  function add(key: string, bytes: number): void {
    held += bytes;
    const own = (byKey.get(key) ?? 0) + bytes;
    if (own === 0) byKey.delete(key);
    else byKey.set(key, own);
  }

  return {
    claim(key) {
      let claimed = 0;
      return {
        take(bytes) {
          if ((byKey.get(key) ?? 0) + bytes > perKey) throw keyHoldsTooMuch(perKey);
          const room = claimed + bytes <= SHORT ? total + short : total;
          if (held + bytes > room) throw allHoldTooMuch();
          claimed += bytes;
          add(key, bytes);
        },
        release() {
          add(key, -claimed);
          claimed = 0;
        },
      };
    },
    get held() {
      return held;
    },
  };
}

function keyHoldsTooMuch(perKey: number): Problem {
  return new Problem(
    'queue_full',
    `This key has requests under way whose bodies take ${shownBytes(perKey)}, all that one key may have. Nothing was changed; wait ${RETRY_AFTER} s, then send fewer at a time.`,
    { retryAfter: RETRY_AFTER },
  );
}

function allHoldTooMuch(): Problem {
  return new Problem(
    'unavailable',
    `The registry is receiving as much as it can hold. Nothing was changed; try again in ${RETRY_AFTER} s.`,
    { retryAfter: RETRY_AFTER },
  );
}
