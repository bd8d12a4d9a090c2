/**
 * Publishing through the API as clients do (JSON, key, Idempotency-Key), compared with inserting the same rows directly
 * with the database's driver: one transaction per version, one after the other as the chain of events requires, with
 * the same schema and durability. On SQLite and PostgreSQL, in turn in one run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { startPostgres } from '../scripts/host/postgresServer.ts';
import { digestOf } from '../src/core/digest.ts';
import { defaultEnvironments } from '../src/core/environment.ts';
import { createKey } from '../src/registry/administration.ts';
import { DATABASE_FILE } from '../src/registry/data-folder.ts';
import { makeDatabase } from './database.ts';
import { asMarkdown, atLeast, median, type Report } from './report.ts';
import { openPlace, type RegistryPlace, startProcess } from './server-process.ts';

/** The number of authors who publish at the same time, each to their own prompt. */
const AUTHORS = 8;
const TURNS = 15;
/** In ms. */
const TURN = 700;
const SOURCE = [
  'You sort the mail of {{bank}} into queues, for {{language}} readers.\n',
  'Never promise a refund, a date or a fee. Say which queue, and why, in one sentence.\n'.repeat(22),
  '{{#each queues}}{{name}}: {{purpose}}\n{{/each}}The mail is: {{mail}}\n',
].join('');

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  try {
    const folder = join(scratch, 'registry');
    await prepare({ kind: 'folder', path: join(scratch, 'bare') });
    using file = new DatabaseSync(join(scratch, 'bare', DATABASE_FILE));
    const sqlite = await compare({ kind: 'folder', path: folder }, intoSqlite(file));
    await using postgres = await startPostgres({ durable: true });
    const url = await makeDatabase(postgres, 'bare');
    await prepare({ kind: 'database', url });
    const client = new Client(url);
    await client.connect();
    const place = { kind: 'database', url: await makeDatabase(postgres, 'registry') } as const;
    const server = await compare(place, await intoPostgres(client));
    await client.end();
    return report(sqlite, server);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Compared {
  /** Versions per second. */
  readonly registry: number;
  readonly bare: number;
  readonly ratio: number;
}

function report(sqlite: Compared, postgres: Compared): Report {
  const figures = Object.entries({ SQLite: sqlite, PostgreSQL: postgres }).flatMap(([engine, compared]) => [
    { name: `${engine}, published through the API`, value: compared.registry, unit: '/s' },
    { name: `${engine}, bare inserts`, value: compared.bare, unit: '/s' },
    {
      name: `${engine}, ratio`,
      value: compared.ratio,
      unit: '×',
      limit: atLeast(compared.ratio, 0.5, '×'),
    },
  ]);
  return {
    title: `Publishing 2 KB versions, ${AUTHORS} authors at once, against bare inserts of the same rows`,
    figures,
  };
}

async function compare(place: RegistryPlace, bare: Bare): Promise<Compared> {
  const keys = await prepare(place);
  const [child, url] = await startProcess(place);
  try {
    const newest = new Array<number>(AUTHORS).fill(0);
    const turns: { registry: number; bare: number }[] = [];
    for (let turn = 0; turn <= TURNS; turn++) {
      const registry = await perSecond(AUTHORS, author =>
        publish(url, keys[author]!, author, ++newest[author]!),
      );
      const inserted = await perSecond(1, () => insertNext(bare));
      // The first turn is a warm-up.
      if (turn > 0) turns.push({ registry, bare: inserted });
    }
    return {
      registry: median(turns.map(turn => turn.registry)),
      bare: median(turns.map(turn => turn.bare)),
      ratio: median(turns.map(turn => turn.registry / turn.bare)),
    };
  } finally {
    connections.destroy();
    child.kill();
  }
}

/** Repeats `work` in several concurrent strands for one turn. @returns the number of calls per second */
async function perSecond(strands: number, work: (strand: number) => Promise<void>): Promise<number> {
  const started = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: strands }, async (_, strand) => {
      while (performance.now() - started < TURN) {
        await work(strand);
        done++;
      }
    }),
  );
  return done / ((performance.now() - started) / 1000);
}

/** One connection per author. Uses `node:http`, because the client shares the processors and must need little time. */
const connections = new Agent({ keepAlive: true, maxSockets: AUTHORS });

function publish(url: string, key: string, author: number, version: number): Promise<void> {
  const body = JSON.stringify({
    source: `${version} ${SOURCE}`,
    message: 'Measured',
    base: version === 1 ? null : version - 1,
  });
  const headers = {
    Authorization: `Bearer ${key}`,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Idempotency-Key': `${author}-${version}`,
  };
  const path = `${url}/v1/prompts/bench/prompt-${author}/-/versions`;
  return new Promise((resolve, reject) => {
    request(path, { method: 'POST', agent: connections, headers }, answer => {
      answer.once('end', () =>
        answer.statusCode === 201 ? resolve() : reject(new Error(`It answered ${answer.statusCode}.`)),
      );
      answer.resume();
    })
      .once('error', reject)
      .end(body);
  });
}

/** Creates a registry at `place`, and returns a key for each author. */
async function prepare(place: RegistryPlace): Promise<string[]> {
  const environments = defaultEnvironments(0);
  const store = await openPlace(place, { environments });
  try {
    const environment = environments[0]!.name;
    const keys: string[] = [];
    for (let author = 0; author < AUTHORS; author++) {
      const made = { environment, role: 'author', actor: `author-${author}`, expiresAt: null } as const;
      keys.push((await createKey(store, made)).key);
    }
    return keys;
  } finally {
    await store.close();
  }
}

/** The rows of one published version, in this order: event, version, prompt, stored answer. */
type Rows = readonly (readonly (string | number | null)[])[];
interface Bare {
  /** The number of the next event. The database accepts no other. */
  seq: number;
  insert(rows: Rows): Promise<void>;
}

const TABLES: readonly { readonly table: string; readonly columns: number; readonly after?: string }[] = [
  { table: 'events', columns: 13 },
  { table: 'versions', columns: 12 },
  { table: 'prompts', columns: 3, after: 'ON CONFLICT (name) DO UPDATE SET newest = excluded.newest' },
  { table: 'idempotency', columns: 6 },
];

const NEXT_SEQ = 'SELECT max(seq) + 1 AS next FROM events';

async function insertNext(bare: Bare): Promise<void> {
  const number = bare.seq++;
  const at = new Date().toISOString();
  const digest = digestOf(String(number));
  const source = `${number} ${SOURCE}`;
  const prompt = `bench/prompt-${number % AUTHORS}`;
  const data = JSON.stringify({
    digest,
    base: number,
    message: 'Measured',
    bytes: source.length,
    partials: {},
  });
  const body = JSON.stringify({ ...JSON.parse(data), prompt, version: number, author: 'bench', at, source });
  await bare.insert([
    [
      number,
      at,
      'bench',
      'k',
      'version.published',
      prompt,
      number,
      'development',
      null,
      data,
      digest,
      digest,
      null,
    ],
    [prompt, number, digest, source, null, 'Measured', 'bench', at, source.length, '{}', number, null],
    [prompt, number, 0],
    ['k', String(number), digest, 201, body, at],
  ]);
}

function intoSqlite(database: DatabaseSync): Bare {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  const statements = TABLES.map(({ table, columns, after = '' }) =>
    database.prepare(`INSERT INTO ${table} VALUES (${Array(columns).fill('?').join()}) ${after}`),
  );
  return {
    seq: Number(database.prepare(NEXT_SEQ).get()?.['next']),
    async insert(rows) {
      database.exec('BEGIN IMMEDIATE');
      for (const [index, statement] of statements.entries()) statement.run(...rows[index]!);
      database.exec('COMMIT');
    },
  };
}

async function intoPostgres(client: Client): Promise<Bare> {
  const statements = TABLES.map(
    ({ table, columns, after = '' }) =>
      `INSERT INTO ${table} VALUES (${Array.from({ length: columns }, (_, n) => `$${n + 1}`).join()}) ${after}`,
  );
  return {
    seq: Number((await client.query(NEXT_SEQ)).rows[0].next),
    async insert(rows) {
      await client.query('BEGIN');
      for (const [index, statement] of statements.entries()) await client.query(statement, [...rows[index]!]);
      await client.query('COMMIT');
    },
  };
}

if (import.meta.main) console.log(asMarkdown(await measure()));
