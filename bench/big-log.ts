/**
 * Creates a data folder with a log as long as a large company's after years: directly, because the API would take
 * hours.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Channel, STABLE } from '../src/core/channel.ts';
import { digestOf } from '../src/core/digest.ts';
import { defaultEnvironments, type EnvironmentName, parseEnvironmentName } from '../src/core/environment.ts';
import { chainEvent, type NewEvent, type RegistryEvent } from '../src/core/event.ts';
import { type PromptName, parsePromptName } from '../src/core/name.ts';
import type { VersionNumber } from '../src/core/version.ts';
import { DATABASE_FILE, openDataFolder } from '../src/registry/data-folder.ts';

const PROMPTS = 5000;
const VERSIONS = 20;
const DEVELOPMENT = parseEnvironmentName('development');
const FIRST = Date.parse('2024-01-01T00:00:00.000Z');
/** The time from one event to the next, in ms. */
const STEP = 60_000;

export interface BigLog {
  readonly events: number;
  readonly prompts: readonly PromptName[];
  readonly environments: readonly EnvironmentName[];
  /** The times of the first promotion and of the last event, in ms since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Creates a registry with about `count` events, most of them promotions. */
export async function makeBigLog(folder: string, count: number): Promise<BigLog> {
  await mkdir(folder, { recursive: true });
  const environments = defaultEnvironments(0);
  const store = await openDataFolder(folder, { environments, now: () => new Date(FIRST) });
  await store.close();
  const database = new DatabaseSync(join(folder, DATABASE_FILE));
  try {
    database.exec('PRAGMA synchronous = OFF; BEGIN');
    const log = new Writer(database);
    const prompts = Array.from({ length: PROMPTS }, (_, n) => parsePromptName(`team-${n % 40}/prompt-${n}`));
    for (let version = 1; version <= VERSIONS; version++)
      for (const prompt of prompts) log.publish(prompt, version as VersionNumber);
    const from = log.at;
    const names = environments.map(({ name }) => name);
    for (let round = 0; log.seq < count; round++)
      for (const prompt of prompts)
        for (const environment of names)
          if (log.seq < count) log.promote(prompt, environment, ((round % VERSIONS) + 1) as VersionNumber);
    log.finish(prompts);
    database.exec('COMMIT');
    return { events: log.seq, prompts, environments: names, from, to: log.at };
  } finally {
    database.close();
  }
}

class Writer {
  readonly #database: DatabaseSync;
  readonly #event: StatementSync;
  readonly #version: StatementSync;
  readonly #promotion: StatementSync;
  readonly #pointers = new Map<string, { version: VersionNumber; at: string; promotion: number }>();
  /** Versions that each pointer has had. */
  readonly #circled = new Set<string>();
  #last: { seq: number; hash: RegistryEvent['hash'] } | null;
  at: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const last = database.prepare('SELECT seq, hash, at FROM events ORDER BY seq DESC LIMIT 1').get();
    this.#last = last as { seq: number; hash: RegistryEvent['hash'] } | null;
    this.at = Date.parse(String(last?.['at']));
    this.#event = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)');
    this.#version = database.prepare('INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)');
    this.#promotion = database.prepare(
      `INSERT INTO promotions (id, prompt, environment, channel, version, from_version, rollback, reason, state,
        requested_by, requested_at, applied_at, applied_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  get seq(): number {
    return this.#last?.seq ?? 0;
  }

  publish(prompt: PromptName, version: VersionNumber): void {
    const source = `Sort the mail of ${prompt} into queues, the ${version}th way: {{mail}}\n`;
    const digest = digestOf(source);
    const base = version === 1 ? null : ((version - 1) as VersionNumber);
    const message = 'Measured';
    const bytes = Buffer.byteLength(source);
    const { seq, at } = this.#append<'version.published'>({
      actor: 'mara.lindqvist',
      key: 'abcdefghijkl',
      kind: 'version.published',
      prompt,
      version,
      environment: DEVELOPMENT,
      data: { digest, base, message, bytes, partials: {} },
    });
    this.#version.run(prompt, version, digest, source, base, message, 'mara.lindqvist', at, bytes, '{}', seq);
  }

  promote(prompt: PromptName, environment: EnvironmentName, version: VersionNumber): void {
    const key = `${environment} ${prompt}`;
    const before = this.#pointers.get(key);
    const from = before?.version ?? null;
    // Versions repeat in a cycle, so all promotions after the first cycle are rollbacks.
    const rollback = this.#circled.has(`${key} ${version}`);
    this.#circled.add(`${key} ${version}`);
    const reason = 'Measured';
    const { seq, at } = this.#append<'promotion.applied'>({
      actor: 'jonas.weber',
      key: 'mnopqrstuvwx',
      kind: 'promotion.applied',
      prompt,
      version,
      environment,
      channel: STABLE,
      data: { promotion: String(this.seq + 1), from, reason, rollback },
    });
    const state = 'applied';
    const who = 'jonas.weber';
    const back = rollback ? 1 : 0;
    this.#promotion.run(
      seq,
      prompt,
      environment,
      STABLE,
      version,
      from,
      back,
      reason,
      state,
      who,
      at,
      at,
      seq,
    );
    this.#pointers.set(key, { version, at, promotion: seq });
  }

  /** Writes the final state of prompts and pointers. */
  finish(prompts: readonly PromptName[]): void {
    const prompt = this.#database.prepare('INSERT INTO prompts VALUES (?, ?, 0)');
    for (const name of prompts) prompt.run(name, VERSIONS);
    const pointer = this.#database.prepare('INSERT INTO pointers VALUES (?, ?, ?, ?, ?, ?, ?)');
    for (const [key, { version, at, promotion }] of this.#pointers) {
      const [environment = '', name = ''] = key.split(' ');
      pointer.run(environment, STABLE satisfies Channel, name, version, at, 'jonas.weber', promotion);
    }
  }

  #append<K extends RegistryEvent['kind']>(event: NewEvent<K>): RegistryEvent<K> {
    this.at += STEP;
    const chained = chainEvent(event, this.#last, new Date(this.at).toISOString()) as RegistryEvent;
    this.#last = { seq: chained.seq, hash: chained.hash };
    const { seq, at, actor, key, kind, prompt, version, environment, channel, data } = chained;
    this.#event.run(
      seq,
      at,
      actor,
      key,
      kind,
      prompt ?? null,
      version ?? null,
      environment ?? null,
      channel ?? null,
      JSON.stringify(data),
      chained.previousHash,
      chained.hash,
    );
    return chained as RegistryEvent<K>;
  }
}
