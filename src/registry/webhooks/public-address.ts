/**
 * Restricts webhooks to addresses of the public Internet. Otherwise anyone who may create a webhook could have the
 * registry call services that only its own machine and network reach (SSRF).
 */
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The range of global unicast addresses (RFC 4291, 2.4). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Special-purpose addresses from IANA's registry (RFC 6890) that the package does not know. */
const SPECIAL = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '2620:4f:8000::/48'].map(block =>
  ipaddr.IPv6.parseCIDR(block),
);

/** A public IPv4 address, or an IPv6 address in 2000::/3 without a special purpose. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  // The package treats any IPv6 address with a dotted part as a mapped IPv4 address; a URL writes that part in
  // hexadecimal.
  const host = isIPv6(text) ? URL.parse(`http://[${text}]`)?.hostname.slice(1, -1) : text;
  if (host === undefined) return false; // it names an interface of this machine
  const address = ipaddr.parse(host);
  if (address.range() !== 'unicast') return false;
  if (!(address instanceof ipaddr.IPv6)) return true;
  return address.match(GLOBAL_UNICAST) && !SPECIAL.some(block => address.match(block));
}

/** Checks a URL's host as far as possible without resolving it. */
export function isPublicHost(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.isValid(address)) return isPublicAddress(address);
  return !/(?:^|\.)localhost\.?$/i.test(hostname);
}
