/**
 * Which addresses a webhook may send to: those of the public Internet. Whoever may make a webhook could otherwise have
 * the registry ask services that only its own machine and network reach (SSRF).
 */
import ipaddr from 'ipaddr.js';

/** An IP address that is global unicast, also when it stands inside an IPv6 one (mapped, or by NAT64, RFC 6052). */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv6 && address.range() === 'rfc6052')
    return new ipaddr.IPv4(address.toByteArray().slice(12)).range() === 'unicast';
  return address.range() === 'unicast';
}

/** A URL's host as far as it can be told without asking for its addresses. */
export function isPublicHost(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.isValid(address)) return isPublicAddress(address);
  return !/(?:^|\.)localhost\.?$/i.test(hostname);
}
