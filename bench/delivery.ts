/**
 * Delivery of a 2 KB prompt, with key check and ETag, at 32 connections, compared with a bare `node:http` server that
 * sends the same bytes and headers. Both are measured in turn in one run, with the load from this process: one process
 * each for a data folder, and two each for PostgreSQL.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../scripts/host/postgresServer.ts';
import { defaultEnvironments } from '../src/core/environment.ts';
import { createKey } from '../src/registry/administration.ts';
import { startServer } from '../src/registry/serving/server.ts';
import { makeDatabase } from './database.ts';
import { type LoadResult, runLoad } from './load.ts';
import { asMarkdown, atLeast, atMost, median, type Report } from './report.ts';
import { openPlace, type RegistryPlace, type ServerOrder, startProcess } from './server-process.ts';

const CONNECTIONS = 32;
/** Many short turns, so that other work on the machine affects both alike. */
const TURNS = 80;
/** In ms. */
const TURN = 200;
const WARM_UP = 2000;
export const PATH = '/v1/prompts/support/triage';

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  try {
    const turns = await measureOn({ kind: 'folder', path: scratch }, 1);
    return report('Delivery of a 2 KB prompt at 32 connections, against a bare node:http server', turns);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export async function measureOnPostgres(): Promise<Report> {
  await using postgres = await startPostgres({ durable: true });
  const turns = await measureOn({ kind: 'database', url: await makeDatabase(postgres, 'delivery') }, 2);
  return report(
    'Delivery of a 2 KB prompt by two processes on one PostgreSQL at 32 connections, against two bare node:http servers',
    turns,
  );
}

interface Turn {
  readonly registry: LoadResult;
  readonly bare: LoadResult;
}

/** @param processes the number of servers of each kind, which share the load */
async function measureOn(place: RegistryPlace, processes: number): Promise<Turn[]> {
  const servers: ChildProcess[] = [];
  try {
    const { key, headers, body } = await prepare(place);
    const requestHeaders = { Authorization: `Bearer ${key}` };
    const start = (order: ServerOrder): Promise<string[]> =>
      Promise.all(
        Array.from({ length: processes }, async () => {
          const [server, url] = await startProcess(order);
          servers.push(server);
          return url + PATH;
        }),
      );
    const registry = await start(place);
    const bare = await start({ kind: 'bare', headers, body });
    const load = (urls: readonly string[], duration: number): Promise<LoadResult> =>
      runLoad({ urls, headers: requestHeaders, connections: CONNECTIONS, duration });
    for (const urls of [registry, bare]) await load(urls, WARM_UP);
    const turns: Turn[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      // Alternates which one is first.
      const first = turn % 2 === 0 ? registry : bare;
      const one = await load(first, TURN);
      const other = await load(first === registry ? bare : registry, TURN);
      turns.push(first === registry ? { registry: one, bare: other } : { registry: other, bare: one });
    }
    return turns;
  } finally {
    for (const server of servers) server.kill();
  }
}

function report(title: string, turns: readonly Turn[]): Report {
  const middle = (of: (turn: Turn) => number) => median(turns.map(of));
  const throughput = middle(turn => turn.registry.requestsPerSecond / turn.bare.requestsPerSecond);
  const p99 = middle(turn => turn.registry.p99 / turn.bare.p99);
  return {
    title,
    figures: [
      {
        name: 'requests per second, registry',
        value: middle(turn => turn.registry.requestsPerSecond),
        unit: '/s',
      },
      {
        name: 'requests per second, bare server',
        value: middle(turn => turn.bare.requestsPerSecond),
        unit: '/s',
      },
      {
        name: 'requests per second, ratio',
        value: throughput,
        unit: '×',
        limit: atLeast(throughput, 0.9, '×'),
      },
      { name: 'p99, registry', value: middle(turn => turn.registry.p99), unit: 'ms' },
      { name: 'p99, bare server', value: middle(turn => turn.bare.p99), unit: 'ms' },
      { name: 'p99, ratio', value: p99, unit: '×', limit: atMost(p99, 1.2, '×') },
    ],
  };
}

/** Prepares a registry with a live 2 KB prompt. Returns a reader's key, and the headers and body of its delivery. */
export async function prepare(
  place: RegistryPlace,
): Promise<{ key: string; headers: Record<string, string>; body: string }> {
  const store = await openPlace(place, { environments: defaultEnvironments(0) });
  const server = await startServer({ store, host: '127.0.0.1', port: 0, log: () => {} });
  try {
    const [development] = defaultEnvironments(0);
    const environment = development!.name;
    const made = { environment, actor: 'bench', expiresAt: null };
    const { key: admin } = await createKey(store, { ...made, role: 'admin' });
    const { key } = await createKey(store, { ...made, role: 'reader' });
    const post = async (path: string, content: object) => {
      const response = await fetch(`${server.url}${PATH}/-/${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(content),
      });
      if (response.status !== 201) throw new Error(await response.text());
    };
    await post('versions', { source: prompt(2048), message: 'Measured', base: null });
    await post('promotions', {
      environment,
      channel: 'stable',
      version: 1,
      reason: 'Measured',
      expected: null,
    });
    const response = await fetch(server.url + PATH, { headers: { Authorization: `Bearer ${key}` } });
    const headers = Object.fromEntries(response.headers);
    for (const added of ['date', 'connection', 'keep-alive']) delete headers[added];
    return { key, headers, body: await response.text() };
  } finally {
    await server.close();
    await store.close();
  }
}

function prompt(bytes: number): string {
  return 'You sort the mail of a bank into queues. The mail is: {{mail}}\n'
    .repeat(bytes / 32)
    .slice(0, bytes);
}

if (import.meta.main) console.log(asMarkdown(await measure()));
