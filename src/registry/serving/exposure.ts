/** Decides where a server may listen: keys must not cross a network in plain text. */
import { isIPv4 } from 'node:net';
import { Problem } from '../../core/problem.ts';

export interface Exposure {
  readonly host: string;
  /** True if the server itself speaks TLS. */
  readonly tls: boolean;
  /** True if a reverse proxy in front of it does. */
  readonly behindProxy: boolean;
}

/**
 * Must be called before anything is opened or created for a server.
 * @throws Problem `invalid_request` if it would listen beyond this machine without TLS
 */
export function checkExposure({ host, tls, behindProxy }: Exposure): void {
  if (tls || behindProxy || isLoopback(host)) return;
  throw new Problem(
    'invalid_request',
    `Listening on ${host} without TLS would send keys in plain text over the network. Provide a certificate, add --behind-proxy if a proxy in front terminates TLS, or listen on 127.0.0.1.`,
  );
}

/** Returns true if only this machine can reach the host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
