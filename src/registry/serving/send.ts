/** An answer as Node writes it fastest. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { type HttpResponse, isInPieces } from '../http/http-response.ts';
import { keptHeads } from './kept-heads.ts';

export type Send = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: HttpResponse,
  /** Headers of this one time: names, in lower case, and values in turn. */
  more?: readonly string[],
) => void;

/** @param always headers that every answer of the server has; names in lower case */
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

  /** Names, in lower case, and values in turn. Made once for an answer that is given often. */
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

/** In ms: a reader who takes longer is cut off, and may ask for less. */
const LONGEST = 5 * 60_000;

/** Where a piece cannot be had, the connection ends before the answer does, so nobody takes it for whole. */
function sendPieces(outgoing: ServerResponse, pieces: AsyncIterable<string>): void {
  const timer = setTimeout(() => outgoing.destroy(), LONGEST).unref();
  pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 1 }), outgoing, () =>
    clearTimeout(timer),
  );
}

const lowered = new Map<string, string>();

/** One string for each name, however many answers have it: they are the registry's own, and few. */
function lowerCase(name: string): string {
  const known = lowered.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  lowered.set(name, lower);
  return lower;
}
