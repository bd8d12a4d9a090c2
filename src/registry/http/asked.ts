/** A request as the registry reads it, however it came: over a socket (serving/incoming.ts) or within the process. */
import { Problem } from '../../core/problem.ts';

/** Of the raw body: a source of 1 MiB may take six times as much as escaped JSON. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

export interface Asked {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  /** A header's value; of several one list. `name` in lower case. */
  header(name: string): string | undefined;
  /** The whole body. @throws Problem `too_large`, `invalid_request` when it ends before its time */
  bytes(): Promise<Uint8Array>;
  /** Aborts when nobody waits for the answer any more. */
  gone(): AbortSignal;
}

/** One that comes as `fetch` gives it. */
export function askedByFetch(request: Request): Asked {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    target: pathname + search,
    header: name => request.headers.get(name) ?? undefined,
    async bytes() {
      const bytes = new Uint8Array(await request.arrayBuffer());
      if (bytes.byteLength > MAX_BODY_BYTES) throw bodyTooLarge();
      return bytes;
    },
    gone: () => request.signal,
  };
}

export function bodyTooLarge(): Problem {
  return new Problem(
    'too_large',
    `The body is over ${MAX_BODY_BYTES / 1024 / 1024} MiB, more than any request needs. Send less.`,
  );
}
