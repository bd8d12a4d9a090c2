/** Canonical JSON (RFC 8785): the one text of a value, so that a hash of it can be recomputed by anyone. */
import canonicalize from 'canonicalize';

/** @throws TypeError for what JSON cannot hold (undefined at the top, NaN, lone surrogates). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('This value has no JSON text.');
  return text;
}
