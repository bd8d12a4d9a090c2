/** An answer of delivery, made once and given many times. */
import type { Answer } from '../http/answer.ts';
import { type DeliveredVersion, deliveryHeaders } from './headers.ts';

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
  text: string,
): PreparedDelivery {
  const headers = deliveryHeaders(delivered, etag);
  const body = Buffer.from(text, 'utf8');
  return {
    etag,
    whole: {
      status: 200,
      headers: { 'Content-Type': type, 'Content-Length': String(body.byteLength), ...headers },
      body,
    },
    notModified: { status: 304, headers, body: null },
  };
}
