/** Sends a response in the way that is fastest in Node. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { type HttpResponse, isInPieces } from '../http/http-response.ts';
import { keptHeads } from './kept-heads.ts';

export type Send = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: HttpResponse,
  /** Headers for this response only: alternating names, in lower case, and values. */
  more?: readonly string[],
) => void;

/** @param always headers of every response; names in lower case */
export function sender(always: Readonly<Record<string, string>>): Send {
  const fields = new WeakMap<HttpResponse, string[]>();
  const heads = keptHeads();

  return (incoming, outgoing, answer, more) => {
    const { body, encoding = 'utf8' } = answer;
    writeHead(incoming, outgoing, answer, more);
    if (incoming.method === 'HEAD' || body === null) outgoing.end();
    else if (isInPieces(body)) sendPieces(outgoing, body);
    else outgoing.end(body, encoding);
  };

  function writeHead(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    answer: HttpResponse,
    more: readonly string[] | undefined,
  ): void {
    const { status } = answer;
    if (more !== undefined) outgoing.writeHead(status, [...fieldsOf(answer), ...more]);
    else if (!heads.write(incoming, outgoing, answer)) {
      const isGivenAgain = fields.has(answer);
      outgoing.writeHead(status, fieldsOf(answer));
      if (isGivenAgain) heads.keep(incoming, outgoing, answer);
    }
  }

  /** Alternating names, in lower case, and values; created once for a response that is sent repeatedly. */
  function fieldsOf(answer: HttpResponse): string[] {
    const known = fields.get(answer);
    if (known !== undefined) return known;
    const { headers, body } = answer;
    const made = Object.entries({ ...headers, ...always }).flatMap(([name, value]) => [
      lowerCase(name),
      value,
    ]);
    if (body !== null && !isInPieces(body) && !('Content-Length' in headers))
      made.push('content-length', String(Buffer.byteLength(body)));
    fields.set(answer, made);
    return made;
  }
}

/** In ms: a client that reads longer is disconnected; it can request less. */
const LONGEST = 5 * 60_000;

/** If a piece fails, the connection ends before the response does, so that nobody takes it for complete. */
function sendPieces(outgoing: ServerResponse, pieces: AsyncIterable<string>): void {
  const timer = setTimeout(() => outgoing.destroy(), LONGEST).unref();
  pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 1 }), outgoing, () =>
    clearTimeout(timer),
  );
}

const lowered = new Map<string, string>();

/** Shares one string per name between responses: the registry uses only a few. */
function lowerCase(name: string): string {
  const known = lowered.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  lowered.set(name, lower);
  return lower;
}
