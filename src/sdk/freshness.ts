/** How long a response may be reused, from its Cache-Control (RFC 9111, RFC 5861). */

/** In milliseconds. */
export interface Freshness {
  readonly maxAge: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
}

/** The registry's default for channels, used if an intermediary removed the header. */
const USUAL = 'max-age=5, stale-while-revalidate=10, stale-if-error=86400';

export function freshnessOf(cacheControl: string | null | undefined): Freshness {
  const text = cacheControl ?? USUAL;
  if (/\bno-(?:store|cache)\b/i.test(text)) return { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 };
  const of = (directive: string) =>
    Number(new RegExp(`(?:^|[\\s,])${directive}="?(\\d{1,10})`, 'i').exec(text)?.[1] ?? 0) * 1000;
  return {
    maxAge: of('max-age'),
    staleWhileRevalidate: of('stale-while-revalidate'),
    staleIfError: of('stale-if-error'),
  };
}

/** @param maxStale maximum number of seconds beyond `max-age`; undefined keeps the registry's limits */
export function tightened(freshness: Freshness, maxStale: number | undefined): Freshness {
  if (maxStale === undefined) return freshness;
  const most = maxStale * 1000;
  return {
    maxAge: freshness.maxAge,
    staleWhileRevalidate: Math.min(freshness.staleWhileRevalidate, most),
    staleIfError: Math.min(freshness.staleIfError, most),
  };
}
