/**
 * Which connections are open, and which gives way when there are too many. One that has not sent a valid key yet costs
 * whoever opened it nothing, so the oldest of these gives way to a new one: nobody who can open connections keeps
 * others from being served. Those with a key give way only to keep a tenth of the places for newcomers, and then it is
 * one of the environment that has most of them.
 */
import type { Socket } from 'node:net';
import type { Caller } from '../access/caller.ts';

export interface ConnectionMaximums {
  /** In all. */
  readonly maxConnections: number;
  /** From one IPv4 address, or the /64 of an IPv6 address. */
  readonly maxPerAddress: number;
  /** That have not sent a valid key yet, in all and from one address. */
  readonly maxUnauthenticated: number;
  readonly maxUnauthenticatedPerAddress: number;
  /** Whose first valid key is the same. */
  readonly maxPerKey: number;
}

export interface ClientConnection {
  readonly socket: Socket;
  /** Undefined where connections of many people have the same: behind a proxy. */
  readonly address: string | undefined;
  /** A proxy's own connections are not counted for anyone. */
  readonly isOfProxy: boolean;
  caller: Pick<Caller, 'key' | 'environment'> | undefined;
  /** Requests that are not answered yet. */
  pending: number;
}

export interface Connections {
  /** Takes in a new one, for which others may give way; undefined: it was closed. */
  open(socket: Socket, from: Pick<ClientConnection, 'address' | 'isOfProxy'>): ClientConnection | undefined;
  closed(connection: ClientConnection): void;
  /** A valid key came over it. */
  authenticated(connection: ClientConnection, caller: Pick<Caller, 'key' | 'environment'>): void;
  /** All that are open, also those that are still agreeing on TLS. */
  readonly all: ReadonlySet<ClientConnection>;
  readonly unauthenticated: number;
}

/** The state of one address. */
interface OfAddress {
  count: number;
  readonly unauthenticated: Set<ClientConnection>;
}

interface OfEnvironment {
  count: number;
  readonly keys: Map<string, Set<ClientConnection>>;
}

/** @param onClosed told of each that was closed because there were too many */
export function openConnections(limits: ConnectionMaximums, onClosed: () => void): Connections {
  /** In the order in which they came, as all sets here. */
  const all = new Set<ClientConnection>();
  const unauthenticated = new Set<ClientConnection>();
  const addresses = new Map<string, OfAddress>();
  const environments = new Map<string, OfEnvironment>();
  let authenticatedCount = 0;
  const maxAuthenticated = Math.max(1, Math.floor(limits.maxConnections * 0.9));

  return {
    all,
    get unauthenticated() {
      return unauthenticated.size;
    },
    open(socket, from) {
      const connection: ClientConnection = { socket, ...from, caller: undefined, pending: 0 };
      const own = from.address === undefined ? undefined : addresses.get(from.address);
      const isFull =
        (own !== undefined && own.count >= limits.maxPerAddress && !close(first(own.unauthenticated))) ||
        (all.size >= limits.maxConnections && !close(first(own?.unauthenticated) ?? first(unauthenticated)));
      if (isFull) {
        onClosed();
        socket.destroy();
        return undefined;
      }
      all.add(connection);
      if (connection.isOfProxy) return connection;
      unauthenticated.add(connection);
      const of = ofAddress(connection);
      if (of !== undefined) {
        of.count++;
        of.unauthenticated.add(connection);
      }
      if (of !== undefined && of.unauthenticated.size > limits.maxUnauthenticatedPerAddress)
        close(first(of.unauthenticated));
      // Whoever has more than this one gives way by themselves: many from one address drive away none from another.
      else if (unauthenticated.size > limits.maxUnauthenticated)
        close(first(of !== undefined && of.unauthenticated.size > 1 ? of.unauthenticated : unauthenticated));
      return connection;
    },
    closed: leave,
    authenticated(connection, caller) {
      if (connection.caller !== undefined || !all.has(connection)) return;
      connection.caller = caller;
      if (connection.isOfProxy) return;
      unauthenticated.delete(connection);
      authenticatedCount++;
      if (connection.address !== undefined) {
        addresses.get(connection.address)?.unauthenticated.delete(connection);
        const ofKey = keep(connection, caller);
        if (ofKey.size > limits.maxPerKey) close(oldestOf(ofKey));
      }
      if (authenticatedCount > maxAuthenticated) close(oldestOfMost());
    },
  };

  function close(connection: ClientConnection | undefined): boolean {
    if (connection === undefined) return false;
    leave(connection);
    onClosed();
    connection.socket.destroy();
    return true;
  }

  function leave(connection: ClientConnection): void {
    if (!all.delete(connection) || connection.isOfProxy) return;
    const { address, caller } = connection;
    if (caller === undefined) unauthenticated.delete(connection);
    else authenticatedCount--;
    if (address === undefined) return;
    const own = addresses.get(address);
    if (own !== undefined) {
      own.unauthenticated.delete(connection);
      own.count--;
      if (own.count === 0) addresses.delete(address);
    }
    if (caller === undefined) return;
    const environment = environments.get(caller.environment);
    const ofKey = environment?.keys.get(caller.key);
    if (environment === undefined || !ofKey?.delete(connection)) return;
    if (ofKey.size === 0) environment.keys.delete(caller.key);
    environment.count--;
    if (environment.count === 0) environments.delete(caller.environment);
  }

  function ofAddress({ address }: ClientConnection): OfAddress | undefined {
    if (address === undefined) return undefined;
    const known = addresses.get(address) ?? { count: 0, unauthenticated: new Set() };
    addresses.set(address, known);
    return known;
  }

  function keep(connection: ClientConnection, { environment, key }: Pick<Caller, 'key' | 'environment'>) {
    const of = environments.get(environment) ?? { count: 0, keys: new Map<string, Set<ClientConnection>>() };
    environments.set(environment, of);
    const ofKey = of.keys.get(key) ?? new Set();
    of.keys.set(key, ofKey);
    ofKey.add(connection);
    of.count++;
    return ofKey;
  }

  /** Of the key that has most, of the environment that has most. */
  function oldestOfMost(): ClientConnection | undefined {
    const environment = most(environments.values(), ({ count }) => count);
    const ofKey = environment && most(environment.keys.values(), ({ size }) => size);
    return ofKey && oldestOf(ofKey);
  }
}

function first(connections: ReadonlySet<ClientConnection> | undefined): ClientConnection | undefined {
  return connections?.values().next().value;
}

/** One on which nothing is under way, if there is one. */
function oldestOf(connections: ReadonlySet<ClientConnection>): ClientConnection | undefined {
  for (const connection of connections) if (connection.pending === 0) return connection;
  return first(connections);
}

function most<T>(items: Iterable<T>, size: (item: T) => number): T | undefined {
  let best: T | undefined;
  for (const item of items) if (best === undefined || size(item) > size(best)) best = item;
  return best;
}
