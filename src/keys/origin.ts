/** The origin of a registry; a key is found only under the exact origin that it was stored for. */
import { EMBEDDED_ORIGIN } from '../core/embedded.ts';
import { Problem } from '../core/problem.ts';

declare const originBrand: unique symbol;
/** `https://host` or `https://host:port`, as the WHATWG URL standard serializes an origin. */
export type RegistryOrigin = string & { readonly [originBrand]: true };

/**
 * The origin of a registry's URL.
 * @throws Problem `invalid_request` for a URL without an http(s) origin, and for the embedded registry, which has no
 * keys.
 */
export function originOf(url: string | URL): RegistryOrigin {
  const parsed = URL.parse(String(url));
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw new Problem(
      'invalid_request',
      "A key belongs to a registry's https:// address, and this is none. Correct the registry's URL first.",
    );
  if (parsed.origin === EMBEDDED_ORIGIN)
    throw new Problem('invalid_request', 'The embedded registry needs no key.');
  return parsed.origin as RegistryOrigin;
}
