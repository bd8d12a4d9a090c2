/**
 * A window without its registry, from the cache on disk: searching ten thousand versions, and loading ten thousand
 * prompts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CacheFolder } from '../src/client/cache-folder.ts';
import { DiskVersionCache } from '../src/client/disk-version-cache.ts';
import { LastKnown } from '../src/client/last-known.ts';
import { searchVersions } from '../src/client/search-versions.ts';
import type { PromptSummary, Version } from '../src/contract/prompts.ts';
import { digestOf } from '../src/core/digest.ts';
import { parsePromptName } from '../src/core/name.ts';
import { parseVersionNumber } from '../src/core/version.ts';
import { atMost, median, type Report } from './report.ts';

const URL = 'https://prompts.example.com';
const VERSIONS = 10_000;
const PROMPTS = 500;
const TOGETHER = 50;
const TURNS = 5;
/** About 4 KB. */
const TEXT = 'You answer customers of a bank. Name the fee, and say when it is charged.\n'.repeat(55);

export async function measure(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  try {
    const cache = new DiskVersionCache(new CacheFolder(folder));
    for (let from = 0; from < VERSIONS; from += TOGETHER)
      await Promise.all(
        Array.from({ length: TOGETHER }, (_, index) => cache.putVersion(URL, aVersion(from + index))),
      );
    const searches: number[] = [];
    const delays: number[] = [];
    const starts: number[] = [];
    const prompts = Array.from({ length: VERSIONS }, (_, index) => aSummary(index));
    await new LastKnown(new CacheFolder(folder)).put('prompts', URL, prompts);
    for (let turn = 0; turn < TURNS; turn++) {
      // A new cache, like that of another window, has nothing in memory.
      const fresh = new DiskVersionCache(new CacheFolder(folder));
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      searches.push(await timed(() => searchVersions(fresh, URL, 'nowhere in any of them')));
      delay.disable();
      delays.push(delay.percentile(99) / 1e6);
      starts.push(await timed(() => new LastKnown(new CacheFolder(folder)).get('prompts', URL)));
    }
    const start = median(starts);
    return {
      title: `Without a network: ${VERSIONS} versions of 4 KB and ${VERSIONS} prompts on the disk`,
      figures: [
        {
          name: 'a text found in none of the versions',
          value: median(searches),
          unit: 'ms',
          limit: atMost(median(searches), 10_000, 'ms'),
        },
        { name: 'the extension host held meanwhile, p99', value: median(delays), unit: 'ms' },
        { name: 'the prompts as known last', value: start, unit: 'ms', limit: atMost(start, 1_000, 'ms') },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function aVersion(index: number): Version {
  const source = `${TEXT}${index}\n`;
  return {
    prompt: parsePromptName(`team/prompt-${index % PROMPTS}`),
    version: parseVersionNumber(Math.floor(index / PROMPTS) + 1),
    digest: digestOf(source),
    base: null,
    message: 'Name the fee',
    author: 'mara.lindqvist',
    publishedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
    bytes: Buffer.byteLength(source),
    partials: {},
    source,
  };
}

function aSummary(index: number): PromptSummary {
  const { source: _, ...version } = aVersion(index);
  const name = parsePromptName(`team-${index % PROMPTS}/prompt-${index}`);
  return { name, archived: false, newest: { ...version, prompt: name }, pointers: [], outdatedPartials: [] };
}
