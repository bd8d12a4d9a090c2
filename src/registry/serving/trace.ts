/**
 * Which request a line of the log is about: the ids of W3C Trace Context (https://www.w3.org/TR/trace-context/),
 * the caller's where it sent them.
 */
import { randomFillSync } from 'node:crypto';

export interface Trace {
  /** 32 hexadecimal digits: the same in every service that took part. */
  readonly trace: string;
  /** 16 hexadecimal digits: this request here. */
  readonly span: string;
  /** The caller's own span, where it sent one. */
  readonly parent?: string;
}

/** A version other than 00 may have more after the flags, a version ff is none. */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?=$|(?<!^00.*)-)/;

/** Goes on with the trace of a `traceparent` header; a new one where there is none, or none that is valid. */
export function traceOf(traceparent: string | null | undefined): Trace {
  const span = randomHex(8);
  const [, , trace, parent] = TRACEPARENT.exec(traceparent?.trim() ?? '') ?? [];
  if (trace === undefined || parent === undefined) return { trace: randomHex(16), span };
  return { trace, span, parent };
}

/** Random bytes are got many at a time: to ask for a few takes as long. */
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
