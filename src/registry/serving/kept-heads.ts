/**
 * Caches the status line and headers of frequent responses. Node assembles them piece by piece for each response, which
 * takes as long as everything else in a delivery. The cached text is sent again with another date.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpResponse } from '../http/http-response.ts';

export interface KeptHeads {
  /** Writes the cached head of this response. @returns false if there is none that can be used */
  write(incoming: IncomingMessage, outgoing: ServerResponse, answer: HttpResponse): boolean;
  /** Caches the head that Node has just created for this response. */
  keep(incoming: IncomingMessage, outgoing: ServerResponse, answer: HttpResponse): void;
}

interface Head {
  readonly beforeDate: string;
  readonly afterDate: string;
}

/**
 * Node's field for the text of the status line and headers, which it sends with the first bytes of the body.
 * Undocumented, but the same in all versions so far; without it no head is cached.
 */
interface WithHead {
  _header?: string | null;
}

const DATE = /^(?<beforeDate>.*\r\nDate: )[^\r]*(?<afterDate>\r\n.*)$/s;
const LENGTH = /\r\ncontent-length: /i;

/** @param now in ms since 1970 */
export function keptHeads(now: () => number = Date.now): KeptHeads {
  const heads = new WeakMap<HttpResponse, Head>();
  let second = Number.NaN;
  let date = '';

  /** RFC 9110, section 5.6.7 */
  function dateNow(): string {
    const ms = now();
    const present = Math.floor(ms / 1000);
    if (present !== second) {
      second = present;
      date = new Date(ms).toUTCString();
    }
    return date;
  }

  return {
    write(incoming, outgoing, answer) {
      const head = heads.get(answer);
      if (head === undefined || !staysOpen(incoming, outgoing)) return false;
      outgoing.statusCode = answer.status;
      (outgoing as WithHead)._header = head.beforeDate + dateNow() + head.afterDate;
      return true;
    },
    keep(incoming, outgoing, answer) {
      const made = (outgoing as WithHead)._header;
      if (typeof made !== 'string' || !staysOpen(incoming, outgoing)) return;
      // Node decides how to send a body without a length when it creates the head.
      if (answer.status !== 304 && !LENGTH.test(made)) return;
      const { beforeDate, afterDate } = DATE.exec(made)?.groups ?? {};
      if (beforeDate === undefined || afterDate === undefined) return;
      heads.set(answer, { beforeDate: copied(beforeDate), afterDate: copied(afterDate) });
    },
  };
}

/** The head says whether the connection stays open: only heads of open connections are cached. */
function staysOpen(
  { httpVersionMajor, httpVersionMinor }: IncomingMessage,
  outgoing: ServerResponse,
): boolean {
  return httpVersionMajor === 1 && httpVersionMinor === 1 && outgoing.shouldKeepAlive;
}

/** A flat copy that does not retain the text that it was cut from. */
function copied(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
