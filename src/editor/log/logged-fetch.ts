/** Logs every request: method, path, status and duration. Never headers, queries or bodies, so that no key is logged. */

export type LoggedFetch = (request: Request) => Promise<Response>;

export interface RequestLog {
  info(line: string): void;
  warn(line: string): void;
}

/** A `fetch` that logs its requests. `now` is in milliseconds. */
export function loggedFetch(fetch: LoggedFetch, log: RequestLog, now: () => number = Date.now): LoggedFetch {
  return async request => {
    const { origin, pathname } = new URL(request.url);
    const what = `${request.method} ${origin}${pathname}`;
    const started = now();
    try {
      const response = await fetch(request);
      const line = `${what} → ${response.status} in ${Math.round(now() - started)} ms`;
      if (response.status >= 500) log.warn(line);
      else log.info(line);
      return response;
    } catch (error) {
      const why = request.signal.aborted ? 'cancelled' : `no answer (${causeOf(error)})`;
      log.warn(`${what} → ${why} after ${Math.round(now() - started)} ms`);
      throw error;
    }
  };
}

/** The code of the innermost error, such as ECONNREFUSED: its message may quote what was sent. */
function causeOf(error: unknown): string {
  let deepest = error;
  for (let depth = 0; depth < 8 && deepest instanceof Error && deepest.cause instanceof Error; depth++)
    deepest = deepest.cause;
  if (!(deepest instanceof Error)) return 'unknown';
  return 'code' in deepest && typeof deepest.code === 'string' ? deepest.code : deepest.name;
}
