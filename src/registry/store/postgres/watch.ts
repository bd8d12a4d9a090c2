/**
 * Knows the current revision without a query: one connection listens for the notification of every commit, by this
 * process or another, and queries the revision twice a second in case one was missed, or twenty times a second if none
 * arrive. While the database is away the revision stays the same, so that cached data remains in use.
 */
import { Client } from 'pg';
import { answered, destroy } from './client.ts';
import { ConnectionFailure, isAway, sqlState } from './failures.ts';
import { Hearing } from './hearing.ts';
import { PATIENCE, type Patience } from './patience.ts';
import type { Servers } from './servers.ts';

/** The channel of the notifications; their payload is the revision. */
export const CHANNEL = 'promptforge';
/** The database's clock, in ms since 1970. */
export const DATABASE_TIME = '(extract(epoch FROM clock_timestamp()) * 1000)::float8';
/** The interval of queries for the revision if no notifications arrive, in ms. */
const INTERVAL_WITHOUT_NOTIFICATIONS = 50;
/** The time before the next attempt to connect, doubled each time up to the longest, in ms. */
const PAUSES = { first: 25, longest: 250 } as const;
/** The errors of LISTEN on an engine without it, and on a standby. */
const NO_LISTEN: ReadonlySet<string | undefined> = new Set(['0A000', '25006']);

export interface DatabaseWatchOptions {
  /** True to listen for notifications; false for a pooler that gives each transaction another connection. */
  readonly listens: boolean;
  /** Called when the server is gone or was replaced: connections to it are useless then. */
  readonly onServerLost: () => void;
  readonly patience?: Patience;
}

export class Watch {
  readonly #servers: Servers;
  readonly #patience: Patience;
  readonly #onServerLost: () => void;
  #listens: boolean;
  #notifies = true;
  /** Counts the changes that this process has learned of. */
  #revision = 0;
  /** The database's own revision when it was last seen. */
  #seen: number | undefined;
  /** The seq of the newest event at that revision; undefined if it is not known. */
  #newestSeq: number | undefined;
  /** When the database went away, on performance.now(). */
  #awaySince: number | undefined;
  #lost = false;
  /** The last known time of the database, and when it was read, on performance.now(). */
  #time = { database: Date.now(), own: performance.now() };
  /** The `instance` of the connected server. */
  #instance: string | null = null;
  /** The index of the connected server in the URL. */
  #server = 0;
  readonly #waiting = new Set<() => void>();
  readonly #closed = new AbortController();
  #connecting: Client | undefined;
  #client: Client | undefined;
  #following: Promise<void> | undefined;

  constructor(servers: Servers, { listens, onServerLost, patience = PATIENCE }: DatabaseWatchOptions) {
    this.#servers = servers;
    this.#onServerLost = onServerLost;
    this.#patience = patience;
    this.#listens = listens;
  }

  /** Connects, and follows the database from then on until it is closed. @throws ConnectionFailure, DatabaseError */
  async start(): Promise<void> {
    const client = await this.#connect();
    this.#following = this.#follow(client);
  }

  get revision(): number {
    return this.#revision;
  }

  get newestSeq(): number | undefined {
    return this.#newestSeq;
  }

  /** True if the database accepts no connection, as far as is known. */
  get away(): boolean {
    return this.#awaySince !== undefined;
  }

  /** When it went away, on performance.now(). */
  get awaySince(): number | undefined {
    return this.#awaySince;
  }

  /** True if it has been away for longer than cached data may be used. */
  get lost(): boolean {
    return this.#lost;
  }

  /** True if the database supports notifications. */
  get notifies(): boolean {
    return this.#notifies;
  }

  /** The database's time: the last known one, plus the time since then on a monotonic clock. */
  now(): Date {
    return new Date(this.#time.database + performance.now() - this.#time.own);
  }

  /** Sets the database's time, in ms since 1970. */
  toldTime(database: number): void {
    this.#time = { database, own: performance.now() };
  }

  /** Called with a revision that this process or another committed, and the seq of the newest event there. */
  saw(revision: number, newestSeq: number | undefined): void {
    if (revision === this.#seen) return;
    this.#seen = revision;
    this.#changed(newestSeq);
  }

  /** Called when it is unknown whether something was committed. */
  doubt(): void {
    this.#changed();
  }

  /** Drops the server, which must no longer be used, and searches for another. */
  reconnect(): void {
    if (this.#client !== undefined) destroy(this.#client);
  }

  /** Resolves when the revision is no longer `since`, after `timeout` ms, or when `signal` aborts. */
  changed(since: number, timeout: number, signal: AbortSignal): Promise<void> {
    const ended = AbortSignal.any([signal, this.#closed.signal]);
    if (this.#revision !== since || ended.aborted) return Promise.resolve();
    return new Promise(resolve => {
      const wake = () => {
        clearTimeout(timer);
        ended.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeout);
      ended.addEventListener('abort', wake);
      this.#waiting.add(wake);
    });
  }

  async close(): Promise<void> {
    this.#closed.abort();
    // Nobody waits for a connection that is still being made.
    if (this.#connecting !== undefined) destroy(this.#connecting);
    await this.#client?.end().catch(() => {});
    await this.#following;
    // A connection may have been made while this was closed.
    await this.#client?.end().catch(() => {});
  }

  #changed(newestSeq?: number): void {
    this.#newestSeq = newestSeq;
    this.#revision++;
    for (const wake of [...this.#waiting]) wake();
  }

  async #follow(first: Client): Promise<void> {
    let client: Client | undefined = first;
    let pause: number = PAUSES.first;
    while (!this.#closed.signal.aborted) {
      if (client !== undefined) {
        this.#awaySince = undefined;
        this.#lost = false;
        pause = PAUSES.first;
        await this.#askUntilItFails(client);
        // Later commits are not known, nor whether the next connection leads to the same database.
        this.#seen = undefined;
      } else {
        await this.#pause(pause);
        pause = Math.min(pause * 2, PAUSES.longest);
      }
      if (this.#closed.signal.aborted) return;
      client = await this.#connect().catch(error => {
        this.#failed(error);
        return undefined;
      });
    }
  }

  #failed(error: unknown): void {
    if (!isAway(error)) {
      // The database may be running without this connection, so cached data must no longer be trusted.
      this.#awaySince = undefined;
      this.#changed();
      return;
    }
    if (this.#awaySince === undefined) this.#onServerLost();
    this.#awaySince ??= performance.now();
    if (this.#lost || performance.now() - this.#awaySince < this.#patience.away) return;
    this.#lost = true;
    this.#changed();
  }

  async #connect(): Promise<Client> {
    await this.#servers.locate();
    this.#server = this.#servers.current;
    const client = new Client(this.#servers.config);
    client.on('error', () => {});
    this.#connecting = client;
    try {
      await client.connect();
    } catch (cause) {
      void client.end().catch(() => {});
      throw new ConnectionFailure(cause, false);
    } finally {
      this.#connecting = undefined;
    }
    this.#client = client;
    try {
      const { instance } = await this.#servers.check(client);
      if (this.#instance !== null && instance !== this.#instance) this.#onServerLost();
      this.#instance = instance;
      if (this.#listens) await this.#listen(client);
      await this.#ask(client);
      return client;
    } catch (error) {
      void client.end().catch(() => {});
      throw error;
    }
  }

  async #listen(client: Client): Promise<void> {
    try {
      await answered(client, `LISTEN ${CHANNEL}`, [], this.#patience.watch);
    } catch (error) {
      if (!NO_LISTEN.has(sqlState(error))) throw error;
      this.#listens = false;
      this.#notifies = false;
    }
  }

  /** Queries the revision again and again; resolves when the connection is lost. */
  async #askUntilItFails(client: Client): Promise<void> {
    let ended = false;
    let wake = () => {};
    client.once('end', () => {
      ended = true;
      wake();
    });
    let hearing: Hearing | undefined;
    client.on('notification', ({ payload }) => {
      hearing?.heard(Number(payload));
      if (Number(payload) !== this.#seen) wake();
    });
    while (!ended && !this.#closed.signal.aborted) {
      const woken = new Promise<void>(resolve => {
        wake = resolve;
      });
      try {
        const revision = await this.#ask(client);
        hearing ??= new Hearing(revision);
        hearing.found(revision);
      } catch {
        void client.end().catch(() => {});
        return;
      }
      if (ended) return;
      const silence = () => {
        hearing?.silence();
        wake();
      };
      const hears = this.#listens && !hearing.deaf;
      const timer = setTimeout(silence, hears ? this.#patience.poll : INTERVAL_WITHOUT_NOTIFICATIONS);
      await woken;
      clearTimeout(timer);
    }
  }

  async #ask(client: Client): Promise<number> {
    const { rows } = await answered<{ revision: number; newest: number; readonly: string; time: number }>(
      client,
      `SELECT revision, (SELECT coalesce(max(seq), 0)::float8 FROM events) AS newest, current_setting('transaction_read_only') AS readonly, ${DATABASE_TIME} AS time FROM promptforge_registry`,
      [],
      this.#patience.watch,
    );
    const [row] = rows;
    if (row === undefined) return 0;
    if (this.#server !== this.#servers.current)
      throw new ConnectionFailure(new Error('Another server is used now.'), false);
    if (this.#servers.mustWrite && row.readonly === 'on')
      throw new ConnectionFailure(new Error('The server was made read-only.'), false);
    this.toldTime(row.time);
    this.saw(row.revision, row.newest);
    return row.revision;
  }

  /** Resolves after `ms`, or when this is closed. */
  #pause(ms: number): Promise<void> {
    return this.changed(this.#revision, ms, this.#closed.signal);
  }
}
