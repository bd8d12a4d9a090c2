/** A delivery's response, prepared once and sent many times. */
import type { HttpResponse } from '../http/http-response.ts';
import { type DeliveredVersion, deliveryHeaders } from './headers.ts';

/** Bytes */
const SHORT = 16 * 1024;
/** Bytes of an entry's objects and headers after it was sent, without its body: measured and rounded up. */
const OVERHEAD = 3.25 * 1024;

export interface PreparedDelivery {
  /** Quoted. */
  readonly etag: string;
  readonly whole: HttpResponse;
  readonly notModified: HttpResponse;
  /** Bytes retained. */
  readonly bytes: number;
}

export function preparedDelivery(
  delivered: DeliveredVersion,
  etag: string,
  type: string,
  text: string | Buffer,
): PreparedDelivery {
  const headers = deliveryHeaders(delivered, etag);
  const bytes = Buffer.byteLength(text);
  const isASCII = typeof text === 'string' && bytes === text.length;
  const body = bodyOf(text, bytes, isASCII);
  return {
    etag,
    whole: {
      status: 200,
      headers: { 'Content-Type': type, 'Content-Length': String(bytes), ...headers },
      body,
      // ASCII needs no encoding when it is sent.
      ...(isASCII && { encoding: 'latin1' }),
    },
    notModified: { status: 304, headers, body: null },
    bytes: OVERHEAD + (typeof body === 'string' && !isASCII ? 2 * body.length : bytes),
  };
}

/**
 * Node sends a short string in one write with the headers; a long one is encoded once. Strings are copied, because a
 * slice of a source would retain the whole source.
 */
function bodyOf(text: string | Buffer, bytes: number, isASCII: boolean): string | Buffer {
  if (typeof text !== 'string') return text;
  if (bytes > SHORT) return Buffer.from(text);
  return isASCII ? Buffer.from(text, 'latin1').toString('latin1') : Buffer.from(text).toString();
}
