/** Many deliveries in one answer, each as in a separate request; and waiting for them to change. */
import { MAX_DELIVERIES_BYTES } from '../../../contract/deliveries.ts';
import { HEADER, MEDIA } from '../../../contract/headers.ts';
import { canonicalTarget } from '../../delivery/target.ts';
import { type HttpResponse, jsonAnswer, jsonTextAnswer } from '../http-response.ts';
import type { Handler } from '../route-context.ts';

export const handleDeliverAll: Handler<'deliverAll'> = async ({ caller, body, request, deliver, ended }) => {
  const parts: string[] = [];
  let bytes = 0;
  const gone = ended();
  for (const { name, channel, version, etag } of body.prompts) {
    if (gone.aborted) break;
    const answer = await deliver({
      target: canonicalTarget({ prompt: name, wanted: { channel, version } }),
      authorization: request.header('authorization'),
      accept: MEDIA.json,
      ifNoneMatch: etag,
      traceparent: request.header('traceparent'),
    });
    // The client gets the error when it requests the rest.
    if (answer.status === 429 && parts.length > 0) break;
    const part = itemOf(answer);
    bytes += Buffer.byteLength(part);
    if (bytes > MAX_DELIVERIES_BYTES && parts.length > 0) break;
    parts.push(part);
  }
  const head = JSON.stringify({
    environment: caller.environment,
    remaining: body.prompts.length - parts.length,
  });
  return jsonTextAnswer(200, `${head.slice(0, -1)},"data":[${parts.join(',')}]}`);
};

/** The body of a delivery is already JSON. */
function itemOf({ status, headers, body }: HttpResponse): string {
  const about = JSON.stringify({
    status,
    ...(status < 400 && {
      etag: headers['ETag'],
      cacheControl: headers['Cache-Control'],
      reference: headers[HEADER.version],
      ...(headers['Age'] !== undefined && { age: Number(headers['Age']) }),
    }),
  });
  if (body === null) return about;
  return `${about.slice(0, -1)},"${status === 200 ? 'delivery' : 'problem'}":${body}}`;
}

export const handleDeliveryChanges: Handler<'deliveryChanges'> = async call => {
  const { caller, query, moves, request, reauthenticate } = call;
  const { after, wait } = query;
  const place = { environment: caller.environment, after };
  const { cursor, waited } = await moves.next(place, caller.key, wait * 1000, () => request.gone());
  if (waited) await reauthenticate();
  return jsonAnswer(200, { changed: after !== undefined && cursor !== after, cursor });
};
