/**
 * The bundled `promptforge serve` with a log of a million events: its start time, its memory, and the time of `live`
 * requests over HTTP. The limits are times, not ratios.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleCli } from '../scripts/host/bundledCli.ts';
import { startServe } from '../scripts/host/serveProcess.ts';
import { parseEnvironmentName } from '../src/core/environment.ts';
import { createKey } from '../src/registry/administration.ts';
import { openDataFolder } from '../src/registry/data-folder.ts';
import { type BigLog, makeBigLog } from './big-log.ts';
import { asMarkdown, atMost, median, type Report } from './report.ts';

const EVENTS = 1_000_000;
const STARTS = 7;
const QUESTIONS = 2000;
const WARM_UP = 200;

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  try {
    const folder = join(scratch, 'registry');
    const log = await makeBigLog(folder, EVENTS);
    return await measureOn(folder, log);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function measureOn(path: string, log: BigLog): Promise<Report> {
  const key = await authorOf(path);
  const cli = await bundleCli();
  const place = { kind: 'folder', path } as const;
  // The first process writes the compile cache when it ends, so that later starts are like those of a real service.
  await (await startServe(cli, place)).stop();
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const began = performance.now();
    const server = await startServe(cli, place);
    starts.push(performance.now() - began);
    await server.stop();
  }
  const server = await startServe(cli, place);
  try {
    const atStart = megabytesOf(server.pid);
    const times = await askLive(server.url, key, log);
    return report(log.events, median(starts), median(times), percentile(times, 0.99), {
      atStart,
      afterwards: megabytesOf(server.pid),
    });
  } finally {
    await server.stop();
  }
}

function report(
  events: number,
  start: number,
  p50: number,
  p99: number,
  memory: { readonly atStart: number; readonly afterwards: number },
): Report {
  return {
    title: `promptforge serve on a log of ${events.toLocaleString('en')} events`,
    figures: [
      { name: 'start until it listens', value: start, unit: 'ms', limit: atMost(start, 1000, 'ms') },
      { name: 'live, p50', value: p50, unit: 'ms', limit: atMost(p50, 2, 'ms') },
      { name: 'live, p99', value: p99, unit: 'ms' },
      { name: 'memory (RSS) after the start', value: memory.atStart, unit: 'MB' },
      { name: `memory (RSS) after ${QUESTIONS} questions`, value: memory.afterwards, unit: 'MB' },
    ],
  };
}

async function authorOf(path: string): Promise<string> {
  const store = await openDataFolder(path, { create: false });
  try {
    const environment = parseEnvironmentName('production');
    return (await createKey(store, { environment, role: 'author', actor: 'bench', expiresAt: null })).key;
  } finally {
    await store.close();
  }
}

/** The time of each request in ms: random prompts, environments and times of the log, one after the other. */
async function askLive(url: string, key: string, log: BigLog): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { Authorization: `Bearer ${key}` };
  const times: number[] = [];
  for (let question = 0; question < WARM_UP + QUESTIONS; question++) {
    const prompt = anyOf(log.prompts);
    const environment = anyOf(log.environments);
    const at = new Date(log.from + Math.random() * (log.to - log.from)).toISOString();
    const began = performance.now();
    const status = await statusOf(`${url}/v1/prompts/${prompt}/-/live?environment=${environment}&at=${at}`, {
      agent,
      headers,
    });
    if (question >= WARM_UP) times.push(performance.now() - began);
    // Early in the log a prompt may not have been promoted yet.
    if (status !== 200 && status !== 404) throw new Error(`live answers ${status}`);
  }
  agent.destroy();
  return times;
}

function statusOf(url: string, options: { agent: Agent; headers: Record<string, string> }): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, options, response => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    }).once('error', reject);
  });
}

function anyOf<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)]!;
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}

function megabytesOf(pid: number): number {
  return (Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024) / 1e6;
}

if (import.meta.main) console.log(asMarkdown(await measure()));
