/**
 * Determines where a request comes from, for limits: an IPv4 address, or the /64 of an IPv6 address, because one client
 * has all addresses in it. Behind a proxy it is the forwarded address, which is trusted only from a proxy that the
 * operator named: others could write any address into that header.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Problem } from '../../core/problem.ts';

/** Addresses of proxies in front of the server. */
export interface TrustedProxies {
  includes(address: string): boolean;
}

export const NO_PROXIES: TrustedProxies = { includes: () => false };

/** More hops than any request takes. */
const MAX_HOPS = 16;

/** @param given addresses, or blocks of them such as 10.0.0.0/8 @throws Problem `invalid_request` */
export function trustedProxies(given: readonly string[]): TrustedProxies {
  if (given.length === 0) return NO_PROXIES;
  const list = new BlockList();
  for (const text of given) {
    const [address = '', bits] = text.split('/');
    const version = isIP(address);
    const longest = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (version === 0 || !(prefix <= longest))
      throw new Problem(
        'invalid_request',
        `"${text.slice(0, 60)}" is not an address. Write an IP address, or a block such as 10.0.0.0/8.`,
      );
    list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
  return {
    includes(address) {
      const plain = withoutMapping(address);
      const version = isIP(plain);
      return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

/** The group that an address is counted in; undefined if the text is not an address. */
export function addressGroup(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const plain = withoutMapping(address);
  if (!plain.includes(':')) return isIP(plain) === 4 ? plain : undefined;
  if (!ipaddr.IPv6.isValid(plain)) return undefined;
  const parts = ipaddr.IPv6.parse(plain).parts.slice(0, 4);
  return `${parts.map(part => part.toString(16)).join(':')}::/64`;
}

/** The group of a request: from its connection, or from the header of trusted proxies. */
export function requestGroup(incoming: IncomingMessage, trusted: TrustedProxies): string | undefined {
  const peer = incoming.socket.remoteAddress;
  if (peer === undefined || !trusted.includes(peer)) return addressGroup(peer);
  const header = incoming.headers['x-forwarded-for'];
  const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').slice(-MAX_HOPS);
  // Each proxy adds the address that it got the request from: the last one that is not a proxy's is the client's.
  for (const hop of forwarded.reverse()) {
    const address = withoutPort(hop.trim());
    const group = addressGroup(address);
    if (group === undefined) break;
    if (!trusted.includes(address)) return group;
  }
  return addressGroup(peer);
}

const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

function withoutMapping(address: string): string {
  if (!address.includes(':')) return address;
  return MAPPED.exec(address)?.[1] ?? address.replace(/%.*$/s, '');
}

/** Some proxies write `192.0.2.1:4711` and `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? [];
  return bracketed ?? text.replace(/^([^:]*):\d+$/, '$1');
}
