/** A request as the registry reads it, whether it came over a socket (serving/incoming.ts) or within the process. */
import { shownBytes } from '../../contract/body-limits.ts';
import { Problem } from '../../core/problem.ts';

/** Limits for reading a body. */
export interface BodyReading {
  /** In bytes; a longer body is refused without reading all of it. */
  readonly limit: number;
  /** Called before memory is allocated for the body, with the additional bytes. Throwing ends the reading. */
  readonly take: (bytes: number) => void;
}

export interface HttpRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  /** A header's value, as one list if it is repeated. `name` is in lower case. */
  header(name: string): string | undefined;
  /** The whole body. @throws Problem `too_large`, `invalid_request` if it ends early; what `take` throws */
  bytes(reading: BodyReading): Promise<Uint8Array>;
  /** Called once the body is no longer needed: the array from `bytes` may be empty from then on. */
  release(bytes: Uint8Array): void;
  /** Aborts when the client no longer waits for the answer. */
  gone(): AbortSignal;
}

/** A request from `fetch`. */
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
