/** Conditional requests (RFC 9110, section 13.1.2). */

/**
 * Returns whether `If-None-Match` contains `etag` (a quoted tag) or is `*`, by weak comparison as the header requires.
 */
export function noneMatchFails(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  for (const [, tag] of ifNoneMatch.matchAll(/(?:W\/)?("[^"]*")/g)) if (tag === etag) return true;
  return false;
}
