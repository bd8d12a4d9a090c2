/** A request as the registry reads it, however it came: over a socket (serving/incoming.ts) or within the process. */
import { shownBytes } from '../../contract/body-limits.ts';
import { Problem } from '../../core/problem.ts';

/** How much of a body is read. */
export interface BodyReading {
  /** In bytes; a longer body is refused, and not read to its end. */
  readonly limit: number;
  /** Called before memory is taken for the body, with how many bytes more. What it throws ends the reading. */
  readonly take: (bytes: number) => void;
}

export interface HttpRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  /** A header's value; of several one list. `name` in lower case. */
  header(name: string): string | undefined;
  /** The whole body. @throws Problem `too_large`, `invalid_request` when it ends before its time; what `take` throws */
  bytes(reading: BodyReading): Promise<Uint8Array>;
  /** Called once nobody needs the body any more: the array that `bytes` gave has no bytes from then on. */
  release(bytes: Uint8Array): void;
  /** Aborts when nobody waits for the answer any more. */
  gone(): AbortSignal;
}

/** One that comes as `fetch` gives it. */
export function askedByFetch(request: Request): HttpRequest {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    target: pathname + search,
    header: name => request.headers.get(name) ?? undefined,
    async bytes({ limit }) {
      const bytes = new Uint8Array(await request.arrayBuffer());
      if (bytes.byteLength > limit) throw bodyTooLarge(limit);
      return bytes;
    },
    release: () => {},
    gone: () => request.signal,
  };
}

export function bodyTooLarge(limit: number): Problem {
  return new Problem('too_large', `The body of this call has at most ${shownBytes(limit)}. Send less.`);
}
