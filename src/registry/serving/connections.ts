/**
 * Tracks open connections, and decides which one is closed when there are too many. Connections without a valid key are
 * free to open, so the oldest of them gives way to a new one: opening connections does not keep others from being
 * served. Connections with a key give way only to keep a tenth of the places for new ones, taken from the environment
 * that has most.
 */
import type { Socket } from 'node:net';
import type { Caller } from '../access/caller.ts';

export interface ConnectionMaximums {
  /** In all. */
  readonly maxConnections: number;
  /** From one IPv4 address, or the /64 of an IPv6 address. */
  readonly maxPerAddress: number;
  /** Connections that have not sent a valid key yet, in total and from one address. */
  readonly maxUnauthenticated: number;
  readonly maxUnauthenticatedPerAddress: number;
  /** Connections with the same first valid key. */
  readonly maxPerKey: number;
}

export interface ClientConnection {
  readonly socket: Socket;
  /** Undefined if many clients share one, behind a proxy. */
  readonly address: string | undefined;
  /** A trusted proxy's connections count only in the total. */
  readonly isOfProxy: boolean;
  caller: Pick<Caller, 'key' | 'environment'> | undefined;
  /** The number of unanswered requests. */
  pending: number;
}

export interface Connections {
  /** Adds a new connection, for which another may be closed; returns undefined if the new one was closed. */
  open(socket: Socket, from: Pick<ClientConnection, 'address' | 'isOfProxy'>): ClientConnection | undefined;
  closed(connection: ClientConnection): void;
  /** Called when the connection has sent a valid key. */
  authenticated(connection: ClientConnection, caller: Pick<Caller, 'key' | 'environment'>): void;
  /** All open connections, including those during their TLS handshake. */
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

/** @param onClosed called for each connection that is closed because there are too many */
export function openConnections(limits: ConnectionMaximums, onClosed: () => void): Connections {
  /** In order of arrival, like all sets here. */
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
      // An address with more than this connection gives up one of its own: many connections from one address close none
      // from another.
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

  /** A connection of the key with most connections, in the environment with most. */
  function oldestOfMost(): ClientConnection | undefined {
    const environment = most(environments.values(), ({ count }) => count);
    const ofKey = environment && most(environment.keys.values(), ({ size }) => size);
    return ofKey && oldestOf(ofKey);
  }
}

function first(connections: ReadonlySet<ClientConnection> | undefined): ClientConnection | undefined {
  return connections?.values().next().value;
}

/** The oldest connection without pending requests, or else the oldest. */
function oldestOf(connections: ReadonlySet<ClientConnection>): ClientConnection | undefined {
  for (const connection of connections) if (connection.pending === 0) return connection;
  return first(connections);
}

function most<T>(items: Iterable<T>, size: (item: T) => number): T | undefined {
  let best: T | undefined;
  for (const item of items) if (best === undefined || size(item) > size(best)) best = item;
  return best;
}
