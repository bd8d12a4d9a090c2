/**
 * Delays new connections of an address that keeps opening them without ever sending a valid key: only a few at a time
 * are read. Each connection has a cost, and this slows down only clients that wait for a response before opening the
 * next one.
 */
import type { Socket } from 'node:net';
import { type FailedKeysMemory, failedKeys } from './failed-keys.ts';
import type { Rate } from './rate-cells.ts';

export interface HeldConnectionLimits {
  /** Connections of one address that end without a valid key. */
  readonly perAddress: Rate;
  /** The number of held connections that are released, of all addresses together. */
  readonly releasedPerSecond: number;
}

export interface HeldConnections {
  /** Called for a new connection, before anything is read from it. */
  opened(socket: Socket, address: string): void;
  /** Called for a connection that ended without a valid key. */
  ended(address: string): void;
}

/** ms */
const TICK = 50;
/** There is no total limit: it would also hold new connections of other addresses. */
const UNLIMITED: Rate = { perSecond: 1e9, burst: 1e9 };

/** @param memory counters of the connections that ended */
export function heldConnections(
  { perAddress, releasedPerSecond }: HeldConnectionLimits,
  memory: FailedKeysMemory,
): HeldConnections {
  const ends = failedKeys({ perAddress, total: UNLIMITED }, memory);
  /** In order of arrival. */
  const held = new Set<Socket>();
  const perTick = Math.max(1, Math.round((releasedPerSecond * TICK) / 1000));
  const tick = Math.max(TICK, 1000 / releasedPerSecond);

  return {
    opened(socket, address) {
      if (!ends.isAnyOver() || !ends.isOver(address)) return;
      held.add(socket);
      socket.once('close', () => held.delete(socket));
      // The server begins to read after this turn of the event loop.
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
