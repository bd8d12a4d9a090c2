/** Parses the time in a log line, in the formats of loggers and servers, if it has an offset from UTC. Pure. */

/** A log's own time is at the beginning of its line; texts that were logged may hold others. */
const HEAD = 1000;

/** RFC 3339, with the liberties of ISO 8601, Ruby, Go and PostgreSQL: `2026-03-01 10:00:00.123 +0000`, `… UTC`, `…+00`. */
const ISO =
  /(?<![\d-])(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)(?: ?(Z|UTC|GMT)(?![A-Za-z0-9])| ?([+-]\d\d):?(\d\d)(?!\d)|([+-]\d\d)(?![\d:]))/i;
/** As Apache and nginx have it: `01/Mar/2026:10:00:00 +0000`. */
const COMMON = /(?<!\d)(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})/;
/** RFC 5322: `01 Mar 2026 10:00:00 GMT`. */
const MAIL = /(?<!\d)\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})/;
/** Since 1970 in seconds or milliseconds, as a field of JSON: `"time":1772359200000`. */
const EPOCH = /"(?:@?timestamp|time|ts)":"?(?:(\d{13})(?:\.\d+)?|(\d{10}(?:\.\d+)?))(?![\d.])/i;

/** RFC 3339 in UTC; undefined if the line has no such time. The first of several. */
export function timeIn(line: string): string | undefined {
  const head = line.slice(0, HEAD);
  const first = [
    read(ISO, head, ([, date = '', time = '', utc, hours = '', minutes = '', hour]) => {
      const offset = utc === undefined ? `${hour ?? hours}:${hour === undefined ? minutes : '00'}` : 'Z';
      return Date.parse(`${date}T${time.replace(',', '.')}${offset}`);
    }),
    read(COMMON, head, ([, day, month, year, time, offset]) =>
      Date.parse(`${day} ${month} ${year} ${time} ${offset}`),
    ),
    read(MAIL, head, ([written]) => Date.parse(written)),
    read(EPOCH, head, ([, milliseconds, seconds]) => Number(milliseconds ?? Number(seconds) * 1000)),
  ]
    .filter(found => found !== undefined)
    .sort((one, other) => one.index - other.index)[0];
  return first && new Date(first.at).toISOString();
}

interface FoundTime {
  readonly index: number;
  /** In ms since 1970. */
  readonly at: number;
}

function read(
  pattern: RegExp,
  text: string,
  parse: (found: RegExpExecArray) => number,
): FoundTime | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const at = parse(found);
  return Number.isNaN(at) ? undefined : { index: found.index, at };
}
