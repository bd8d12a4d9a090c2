/** An answer as Node writes it fastest. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../http/answer.ts';

export function send(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer): void {
  const { status, body, encoding = 'utf8' } = answer;
  outgoing.writeHead(status, fieldsOf(answer));
  if (incoming.method === 'HEAD' || body === null) outgoing.end();
  else outgoing.end(body, encoding);
}

const FIELDS = new WeakMap<Answer, string[]>();

/** The answer's headers as Node writes them fastest: names, in lower case, and values in turn. Made once for an answer that is given often. */
function fieldsOf(answer: Answer): string[] {
  const known = FIELDS.get(answer);
  if (known !== undefined) return known;
  const { headers, body } = answer;
  const fields = Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
  if (body !== null && !('Content-Length' in headers))
    fields.push('content-length', String(Buffer.byteLength(body)));
  FIELDS.set(answer, fields);
  return fields;
}
