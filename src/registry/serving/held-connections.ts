/**
 * New connections of an address that opens one after the other without ever sending a valid key: they are read from a
 * few at a time. What a connection costs is paid again for each, so whoever waits for an answer before opening the next one
 * is slowed down, and nobody else is.
 */
import type { Socket } from 'node:net';
import { type FailedKeysMemory, failedKeys } from './failed-keys.ts';
import type { Rate } from './rate-cells.ts';

export interface HeldConnectionLimits {
  /** Connections that end without a valid key, of one address. */
  readonly perAddress: Rate;
  /** How many of those that are held are read from, of all addresses together. */
  readonly releasedPerSecond: number;
}

export interface HeldConnections {
  /** A new one, of which nothing has been read yet. */
  opened(socket: Socket, address: string): void;
  /** One that ended without a valid key. */
  ended(address: string): void;
}

/** ms */
const TICK = 50;
/** All together are not limited: the newcomers of other addresses would be held for them. */
const UNLIMITED: Rate = { perSecond: 1e9, burst: 1e9 };

/** @param memory where those that end are counted */
export function heldConnections(
  { perAddress, releasedPerSecond }: HeldConnectionLimits,
  memory: FailedKeysMemory,
): HeldConnections {
  const ends = failedKeys({ perAddress, total: UNLIMITED }, memory);
  /** In the order in which they came. */
  const held = new Set<Socket>();
  const perTick = Math.max(1, Math.round((releasedPerSecond * TICK) / 1000));
  const tick = Math.max(TICK, 1000 / releasedPerSecond);

  return {
    opened(socket, address) {
      if (!ends.isAnyOver() || !ends.isOver(address)) return;
      held.add(socket);
      socket.once('close', () => held.delete(socket));
      // The server begins to read when this turn of the event loop is over.
      setImmediate(() => held.has(socket) && socket.pause());
      if (held.size === 1) setTimeout(release, tick).unref();
    },
    ended: address => void ends.count(address),
  };

  function release(): void {
    let left = perTick;
    for (const socket of held) {
      if (left-- === 0) break;
      held.delete(socket);
      socket.resume();
    }
    if (held.size > 0) setTimeout(release, tick).unref();
  }
}
