/**
 * Delivery of a 2 KB prompt, with key check and ETag, at 32 connections, against a bare `node:http` server that
 * sends the same bytes and headers. The two are measured in turn in one run; the load comes from this process.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEnvironments } from '../src/core/environment.ts';
import { createKey } from '../src/registry/administration.ts';
import { openDataFolder } from '../src/registry/data-folder.ts';
import { startServer } from '../src/registry/server.ts';
import type { ServerOrder } from './delivery-server.ts';
import { type LoadResult, runLoad } from './load.ts';
import { asMarkdown, atLeast, atMost, median, type Report } from './report.ts';

const CONNECTIONS = 32;
/** Many and short, so that what else the machine does falls on both alike. */
const TURNS = 80;
/** ms */
const TURN = 200;
const WARM_UP = 2000;
const PATH = '/v1/prompts/support/triage';

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const servers: ChildProcess[] = [];
  try {
    const { key, headers, body } = await prepare(scratch);
    const requestHeaders = { Authorization: `Bearer ${key}` };
    const start = async (order: ServerOrder): Promise<string> => {
      const [server, url] = await startProcess(order);
      servers.push(server);
      return url + PATH;
    };
    const registry = await start({ kind: 'registry', dataFolder: scratch });
    const bare = await start({ kind: 'bare', headers, body });
    const load = (url: string, duration: number): Promise<LoadResult> =>
      runLoad({ url, headers: requestHeaders, connections: CONNECTIONS, duration });
    for (const url of [registry, bare]) await load(url, WARM_UP);
    const turns: { registry: LoadResult; bare: LoadResult }[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      // Who goes first changes every turn, so that neither always follows the other.
      const first = turn % 2 === 0 ? registry : bare;
      const one = await load(first, TURN);
      const other = await load(first === registry ? bare : registry, TURN);
      turns.push(first === registry ? { registry: one, bare: other } : { registry: other, bare: one });
    }
    return report(turns);
  } finally {
    for (const server of servers) server.kill();
    await rm(scratch, { recursive: true, force: true });
  }
}

function report(turns: readonly { registry: LoadResult; bare: LoadResult }[]): Report {
  const middle = (of: (turn: (typeof turns)[number]) => number) => median(turns.map(of));
  const throughput = middle(turn => turn.registry.requestsPerSecond / turn.bare.requestsPerSecond);
  const p99 = middle(turn => turn.registry.p99 / turn.bare.p99);
  return {
    title: 'Delivery of a 2 KB prompt at 32 connections, against a bare node:http server',
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
        limit: atLeast(throughput, 0.8, '×'),
      },
      { name: 'p99, registry', value: middle(turn => turn.registry.p99), unit: 'ms' },
      { name: 'p99, bare server', value: middle(turn => turn.bare.p99), unit: 'ms' },
      { name: 'p99, ratio', value: p99, unit: '×', limit: atMost(p99, 1.5, '×') },
    ],
  };
}

/** A registry in `folder` with a 2 KB prompt that is live, a reader's key, and the answer as it is to be sent. */
async function prepare(
  folder: string,
): Promise<{ key: string; headers: Record<string, string>; body: string }> {
  const store = await openDataFolder(folder, { environments: defaultEnvironments(0) });
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

function startProcess(order: ServerOrder): Promise<[ChildProcess, string]> {
  const child = fork(join(import.meta.dirname, 'delivery-server.ts'));
  return new Promise((resolve, reject) => {
    child.once('message', message => resolve([child, (message as { url: string }).url]));
    child.once('exit', code => reject(new Error(`The server process ended with ${code}.`)));
    child.send(order);
  });
}

if (import.meta.main) console.log(asMarkdown(await measure()));
