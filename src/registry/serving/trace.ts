/**
 * Identifies requests in the log by the ids of W3C Trace Context (https://www.w3.org/TR/trace-context/), including
 * those that the caller sent.
 */
import { randomFillSync } from 'node:crypto';

export interface Trace {
  /** 32 hexadecimal digits: the same in every participating service. */
  readonly trace: string;
  /** 16 hexadecimal digits: this request. */
  readonly span: string;
  /** The caller's own span, if it sent one. */
  readonly parent?: string;
}

/** Versions other than 00 may have more after the flags; ff is not a valid version. */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?=$|(?<!^00.*)-)/;

/** Continues the trace of a `traceparent` header, or starts a new one if it is missing or invalid. */
export function traceOf(traceparent: string | null | undefined): Trace {
  const span = randomHex(8);
  const [, , trace, parent] = TRACEPARENT.exec(traceparent?.trim() ?? '') ?? [];
  if (trace === undefined || parent === undefined) return { trace: randomHex(16), span };
  return { trace, span, parent };
}

/** Random bytes are generated in bulk, because a few take as long as many. */
const POOL = Buffer.alloc(4096);
let used = POOL.length;

function randomHex(bytes: number): string {
  if (used + bytes > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  used += bytes;
  return POOL.toString('hex', used - bytes, used);
}
