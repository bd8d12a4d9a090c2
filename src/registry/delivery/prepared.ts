/** An answer of delivery, made once and given many times. */
import type { Answer } from '../http/answer.ts';
import { type DeliveredVersion, deliveryHeaders } from './headers.ts';

/** Bytes */
const SHORT = 16 * 1024;

export interface PreparedDelivery {
  /** Quoted. */
  readonly etag: string;
  readonly whole: Answer;
  readonly notModified: Answer;
}

export function preparedDelivery(
  delivered: DeliveredVersion,
  etag: string,
  type: string,
  text: string | Buffer,
): PreparedDelivery {
  const headers = deliveryHeaders(delivered, etag);
  const bytes = Buffer.byteLength(text);
  // Node sends a short string in one write with the headers; a long one is encoded once.
  const body = typeof text === 'string' && bytes > SHORT ? Buffer.from(text) : text;
  return {
    etag,
    whole: {
      status: 200,
      headers: { 'Content-Type': type, 'Content-Length': String(bytes), ...headers },
      body,
      // ASCII takes no encoding to send.
      ...(bytes === text.length && { encoding: 'latin1' }),
    },
    notModified: { status: 304, headers, body: null },
  };
}
