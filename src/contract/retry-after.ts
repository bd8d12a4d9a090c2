/** Parses the header Retry-After. */

/**
 * Parses both forms of the header: a number of seconds, however large, and a date (RFC 9110, 10.2.3).
 * @param now in milliseconds since 1970
 * @returns milliseconds from now, at least 0; undefined if the header is missing or invalid
 */
export function retryAfterMs(value: string | null | undefined, now = Date.now()): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  // All forms of an HTTP date begin with a day of the week (RFC 9110, 5.6.7). Without one, "1.5" would be a date as well.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  // Of the three forms, only that of asctime does not state that it is in UTC.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
