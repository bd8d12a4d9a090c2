/**
 * The servers of a cluster, and which of them the registry uses: of several the one that `target_session_attrs` asks
 * for, and never one whose place another has taken. A primary that was paused wakes up as it fell asleep, and says so
 * until somebody tells it; what it says then is old.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientBase, type ClientConfig } from 'pg';
import type { DatabaseAddress } from './address.ts';
import { answered, clientConfig, destroy } from './client.ts';
import { ConnectionFailure, isAway, sqlState } from './failures.ts';
import { PATIENCE, type Patience } from './patience.ts';
import { isWanted, readServerState, type ServerState } from './server-state.ts';

/** How long each server is asked before the next one in order is asked as well, in ms. */
const HEAD_START = 100;
/** How long before a server that was not to be used is asked again, in ms. */
const AGAIN = 100;

export class Servers {
  readonly #address: DatabaseAddress;
  readonly #patience: Patience;
  #current = 0;
  #locating: Promise<void> | undefined;
  /** The primary of the newest timeline that was met. */
  #newest: { readonly system: string; readonly timeline: number } | undefined;

  constructor(address: DatabaseAddress, patience: Patience = PATIENCE) {
    this.#address = address;
    this.#patience = patience;
  }

  /** Whether there is more than one. */
  get areSeveral(): boolean {
    return this.#address.servers.length > 1;
  }

  /** Whether any will do: nothing is to be asked of it then. */
  get takesAny(): boolean {
    return this.#address.target === 'any';
  }

  /** Whether writes are to be taken. */
  get mustWrite(): boolean {
    return this.#address.target === 'read-write' || this.#address.target === 'primary';
  }

  /** The one that was found last: its place in the URL. */
  get current(): number {
    return this.#current;
  }

  /** For a connection to that one. */
  get config(): ClientConfig {
    return clientConfig(this.#address.servers[this.#current] ?? this.#address.servers[0], this.#patience);
  }

  /** What the server at the other end of `client` says of itself. @throws ConnectionFailure where it is not to be used */
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
   * Looks for the server to use, where there are several: all are asked, again and again, the one that was used last
   * first. Whoever calls it meanwhile waits for the same search.
   * @throws ConnectionFailure when there is none within the time for a connection
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

  /** @returns it, when it is to be used */
  async #lookAt(server: number, delay: number, signal: AbortSignal): Promise<number> {
    const until = performance.now() + this.#patience.connect;
    await sleep(delay, undefined, { signal });
    for (let round = 1; ; round++) {
      const client = new Client(clientConfig(this.#address.servers[server] ?? {}, this.#patience));
      // It may end at any moment, and whatever is asked of it then fails.
      client.on('error', () => {});
      const abandon = () => destroy(client);
      signal.addEventListener('abort', abandon);
      try {
        await client.connect();
        const { isStandby } = await this.check(client);
        // Where there is no standby by now, a primary serves as well.
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

/** A server that answers, and is not the one to use. */
class Unusable extends Error {}

/** What a server refused says more than that another one is none to use, and that more than that one does not answer. */
function mostTelling(errors: readonly unknown[]): unknown {
  const refused = errors.find(error => sqlState(error) !== undefined);
  const unusable = errors.find(
    error => error instanceof ConnectionFailure && error.cause instanceof Unusable,
  );
  return refused ?? unusable ?? errors[0];
}
