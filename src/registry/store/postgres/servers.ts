/**
 * Finds the server of a cluster to use: the one that matches `target_session_attrs`, and never one that was replaced. A
 * paused primary that resumes still believes that it is the primary until it is told otherwise, and its data is
 * outdated.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientBase, type ClientConfig } from 'pg';
import type { DatabaseAddress } from './address.ts';
import { answered, clientConfig, destroy } from './client.ts';
import { ConnectionFailure, isAway, sqlState } from './failures.ts';
import { PATIENCE, type Patience } from './patience.ts';
import { isWanted, readServerState, type ServerState } from './server-state.ts';

/** The head start of each server before the next one in order is queried as well, in ms. */
const HEAD_START = 100;
/** The time before a server that could not be used is queried again, in ms. */
const AGAIN = 100;

export class Servers {
  readonly #address: DatabaseAddress;
  readonly #patience: Patience;
  #current = 0;
  #locating: Promise<void> | undefined;
  /** The newest timeline of a primary seen so far. */
  #newest: { readonly system: string; readonly timeline: number } | undefined;

  constructor(address: DatabaseAddress, patience: Patience = PATIENCE) {
    this.#address = address;
    this.#patience = patience;
  }

  /** True if there is more than one. */
  get areSeveral(): boolean {
    return this.#address.servers.length > 1;
  }

  /** True if any server may be used, so that its state need not be checked. */
  get takesAny(): boolean {
    return this.#address.target === 'any';
  }

  /** True if the server must accept writes. */
  get mustWrite(): boolean {
    return this.#address.target === 'read-write' || this.#address.target === 'primary';
  }

  /** The index in the URL of the server that was found last. */
  get current(): number {
    return this.#current;
  }

  /** The configuration for connections to that server. */
  get config(): ClientConfig {
    return clientConfig(this.#address.servers[this.#current] ?? this.#address.servers[0], this.#patience);
  }

  /** Reads the state of the server that `client` is connected to. @throws ConnectionFailure if it must not be used */
  async check(client: ClientBase): Promise<ServerState> {
    const state = await readServerState(sql => answered(client, sql, [], this.#patience.watch));
    const { system, timeline } = state;
    if (system !== null && timeline !== null) {
      const isSame = this.#newest?.system === system;
      if (isSame && timeline < (this.#newest?.timeline ?? 0))
        throw unusable('another server has taken the place of this one');
      this.#newest = { system, timeline };
    }
    const { target } = this.#address;
    if (target !== 'prefer-standby' && !isWanted(state, target))
      throw unusable(`none of its servers is "${target}" now, as target_session_attrs asks for`);
    return state;
  }

  /**
   * Searches for the server to use if there are several: queries all of them repeatedly, the last used one first.
   * Concurrent calls share a search.
   * @throws ConnectionFailure if none is found within the timeout for a connection
   */
  locate(): Promise<void> {
    if (!this.areSeveral) return Promise.resolve();
    this.#locating ??= this.#locate().finally(() => {
      this.#locating = undefined;
    });
    return this.#locating;
  }

  async #locate(): Promise<void> {
    const stopping = new AbortController();
    const order = [this.#current, ...this.#address.servers.keys()].filter(isFirst);
    const searching = order.map((server, place) => this.#lookAt(server, place * HEAD_START, stopping.signal));
    try {
      this.#current = await Promise.any(searching);
    } catch (error) {
      throw mostTelling(error instanceof AggregateError ? error.errors : [error]);
    } finally {
      stopping.abort();
    }
  }

  /** @returns the index of the server, once it can be used */
  async #lookAt(server: number, delay: number, signal: AbortSignal): Promise<number> {
    const until = performance.now() + this.#patience.connect;
    await sleep(delay, undefined, { signal });
    for (let round = 1; ; round++) {
      const client = new Client(clientConfig(this.#address.servers[server] ?? {}, this.#patience));
      // The connection may end at any time; statements on it then fail.
      client.on('error', () => {});
      const abandon = () => destroy(client);
      signal.addEventListener('abort', abandon);
      try {
        await client.connect();
        const { isStandby } = await this.check(client);
        // If there is no standby by now, use a primary.
        if (this.#address.target !== 'prefer-standby' || isStandby || round > 1) return server;
      } catch (cause) {
        const failure = cause instanceof ConnectionFailure ? cause : new ConnectionFailure(cause, false);
        if (!isAway(failure) || performance.now() + AGAIN > until) throw failure;
      } finally {
        signal.removeEventListener('abort', abandon);
        destroy(client);
      }
      await sleep(AGAIN, undefined, { signal });
    }
  }
}

function isFirst(server: number, place: number, order: readonly number[]): boolean {
  return order.indexOf(server) === place;
}

function unusable(why: string): ConnectionFailure {
  return new ConnectionFailure(new Unusable(why), false);
}

/** A server that answers but must not be used. */
class Unusable extends Error {}

/**
 * The most informative error: a refusal by a server, then a server that must not be used, then one that does not
 * answer.
 */
function mostTelling(errors: readonly unknown[]): unknown {
  const refused = errors.find(error => sqlState(error) !== undefined);
  const unusable = errors.find(
    error => error instanceof ConnectionFailure && error.cause instanceof Unusable,
  );
  return refused ?? unusable ?? errors[0];
}
