/** Checks whether this machine is connected to any network, as far as the system knows. */
import { networkInterfaces } from 'node:os';
import { isLoopback } from './address.ts';
import { RegistryUnreachable } from './unreachable.ts';

/** Detects without a request that a registry on another machine cannot be reached. @throws RegistryUnreachable `offline` */
export function checkHasNetwork(url: string, interfaces = networkInterfaces()): void {
  if (isLoopback(new URL(url).hostname)) return;
  const isConnected = Object.values(interfaces).some(each => each?.some(({ internal }) => !internal));
  if (!isConnected)
    throw new RegistryUnreachable(
      'offline',
      url,
      `${url} cannot be reached: this machine is not connected to a network.`,
      { neverArrived: true },
    );
}
