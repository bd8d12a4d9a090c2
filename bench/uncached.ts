/**
 * Deliveries that are not in memory: 100,000 prompts of 2 KB in rotation, of which the cache holds only a few, compared
 * with one prompt that is always in memory. Both with one data folder, in turn.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEnvironments } from '../src/core/environment.ts';
import { parsePromptName } from '../src/core/name.ts';
import { COMMAND_LINE } from '../src/registry/access/caller.ts';
import { createKey } from '../src/registry/administration.ts';
import { IDENTITY_FILE } from '../src/registry/identity.ts';
import { prepareSource } from '../src/registry/prompts/prepare-source.ts';
import { publish } from '../src/registry/prompts/publish.ts';
import { openSigning } from '../src/registry/proof/open-signing.ts';
import { runLoad } from './load.ts';
import { asMarkdown, atLeast, median, type Report } from './report.ts';
import { openPlace, type RegistryPlace, startProcess } from './server-process.ts';

const PROMPTS = Number(process.env['PROMPTS'] ?? 100_000);
const CONNECTIONS = 32;
const TURNS = 16;
/** In ms. */
const TURN = 1000;
const WARM_UP = 2000;
/** The number of prompts per transaction. */
const TOGETHER = 1000;

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const servers: ChildProcess[] = [];
  try {
    const place = { kind: 'folder', path: scratch } as const;
    const key = await fill(place);
    const [server, url] = await startProcess(place);
    servers.push(server);
    const all = Array.from({ length: PROMPTS }, (_, index) => pathOf(index));
    const load = (paths: readonly string[], duration: number) =>
      runLoad({
        urls: [url],
        paths,
        headers: { Authorization: `Bearer ${key}` },
        connections: CONNECTIONS,
        duration,
      });
    const [first = ''] = all;
    await load([first], WARM_UP);
    await load(all, WARM_UP);
    const ratios: number[] = [];
    const uncached: number[] = [];
    const cached: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      // Each turn starts at another prompt, because those of the last turn may still be in memory.
      const start = (turn * 20_011) % PROMPTS;
      const rotated = [...all.slice(start), ...all.slice(0, start)];
      const one = (await load(rotated, TURN)).requestsPerSecond;
      const other = (await load([first], TURN)).requestsPerSecond;
      uncached.push(one);
      cached.push(other);
      ratios.push(one / other);
    }
    const ratio = median(ratios);
    return {
      title: `Deliveries of ${PROMPTS.toLocaleString('en')} prompts of 2 KB in rotation, which memory does not hold, at ${CONNECTIONS} connections`,
      figures: [
        { name: 'requests per second, not in memory', value: median(uncached), unit: '/s' },
        { name: 'requests per second, from memory', value: median(cached), unit: '/s' },
        {
          name: 'requests per second, ratio',
          value: ratio,
          unit: '×',
          limit: atLeast(ratio, 0.3, '×'),
        },
      ],
    };
  } finally {
    for (const server of servers) server.kill();
    await rm(scratch, { recursive: true, force: true });
  }
}

function nameOf(index: number): string {
  return `team/prompt-${String(index).padStart(6, '0')}`;
}

function pathOf(index: number): string {
  return `/v1/prompts/${nameOf(index)}?channel=latest`;
}

/** @returns a reader's key */
async function fill(place: Extract<RegistryPlace, { kind: 'folder' }>): Promise<string> {
  const environments = defaultEnvironments(0);
  const store = await openPlace(place, { environments });
  try {
    // Like a registry that serves, its events have MACs, which deliveries check.
    const keyFile = join(place.path, IDENTITY_FILE);
    (await openSigning(store, { keyFile, author: COMMAND_LINE, isOnlyPlace: true })).heads.close();
    const environment = environments[0]!.name;
    const { key } = await createKey(store, { environment, role: 'reader', actor: 'bench', expiresAt: null });
    const caller = { actor: 'bench', key: 'bench', role: 'author', environment } as const;
    const text = 'You sort the mail of a bank into queues. The mail is: {{mail}}\n'.repeat(32);
    for (let start = 0; start < PROMPTS; start += TOGETHER) {
      const sources = await Promise.all(
        Array.from({ length: Math.min(TOGETHER, PROMPTS - start) }, async (_, offset) => {
          const name = parsePromptName(nameOf(start + offset));
          const number = String(start + offset).padStart(6, '0');
          return { name, prepared: await prepareSource(name, `${number} ${text}`) };
        }),
      );
      await store.write(async transaction => {
        for (const { name, prepared } of sources)
          await publish(transaction, store.now, caller, name, prepared, { message: '', base: null });
      });
    }
    return key;
  } finally {
    await store.close();
  }
}

if (import.meta.main) console.log(asMarkdown(await measure()));
