/** Checks that a key may be sent to a URL, before any request is made. */
import { RegistryUnreachable } from './unreachable.ts';

/**
 * Excludes a user, a query, a fragment, and anything that a URL parser would correct. promptforge.schema.json has the
 * same pattern.
 */
const REGISTRY_URL = /^[hH][tT][tT][pP][sS]?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?$/;

/** Returns why `text` cannot be a registry's URL, without quoting credentials; undefined if it can. */
export function validateRegistryUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'This is not a URL. Write the full URL, such as https://prompts.example.com.';
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return `A registry's URL begins with https://, not ${url.protocol}//.`;
  if (url.username !== '' || url.password !== '' || /^[^/]*:[/\\]*[^/\\]*@/.test(text))
    return 'The URL contains a user name or password. Remove them: the key is stored separately for each environment.';
  if (url.search !== '' || text.includes('?'))
    return 'The URL has a query ("?…"). Enter only the address of the registry.';
  if (url.hash !== '' || text.includes('#'))
    return 'The URL has a fragment ("#…"). Enter only the address of the registry.';
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return `http://${url.host} would carry the key over the network unencrypted. Use https://; http:// is only for this machine (localhost, 127.0.0.1, [::1]).`;
  if (!REGISTRY_URL.test(text))
    return 'The URL is incomplete. Write the full URL without spaces, such as https://prompts.example.com.';
  return undefined;
}

/** The registry's URL without a trailing slash. @throws RegistryUnreachable `address_refused` */
export function parseRegistryUrl(text: string): URL {
  const why = validateRegistryUrl(text);
  if (why !== undefined) throw new RegistryUnreachable('address_refused', '', why);
  const url = new URL(text);
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

/**
 * A registry's address as it is stored, displayed and compared: as parsed, not as typed.
 * @throws RegistryUnreachable `address_refused`
 */
export function registryAddress(text: string): string {
  return shownUrl(parseRegistryUrl(text)).replace(/\/$/, '');
}

/** RFC 6761 `localhost`, RFC 1122 127.0.0.0/8, RFC 4291 ::1, in the URL parser's form. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The part of a URL that may appear in messages: origin and path, no query. */
export function shownUrl(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
