/** Blame by sentence of a prompt with a long history, compared with `git blame` of the same history as commits. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CacheFolder } from '../src/client/cache-folder.ts';
import { DiskVersionCache } from '../src/client/disk-version-cache.ts';
import { type HistorySource, keptSource, sentenceHistory } from '../src/client/sentence-history.ts';
import type { VersionSummary } from '../src/contract/prompts.ts';
import {
  type Blame,
  type BlamedVersion,
  blamedSentences,
  emptyBlame,
  extendBlame,
} from '../src/core/blame/blame.ts';
import { digestOf } from '../src/core/digest.ts';
import { parsePromptName } from '../src/core/name.ts';
import { parseVersionNumber, type VersionNumber } from '../src/core/version.ts';
import { atMost, median, type Report } from './report.ts';

const VERSIONS = 1000;
const TURNS = 15;
const NEW = 20;
const FILE = 'triage.prompt';
const URL = 'https://prompts.example.com';
const PROMPT = parsePromptName('support/triage');

export async function measure(): Promise<Report> {
  const texts = historyOf(VERSIONS + NEW);
  const versions = texts.map((text, index) => ({ version: parseVersionNumber(index + 1), text }));
  const known = versions.slice(0, VERSIONS);
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const repository = join(folder, 'repository');
  try {
    await mkdir(repository);
    commitAll(repository, texts.slice(0, VERSIONS));
    const cache = await cached(join(folder, 'cache'), known);
    const ours: number[] = [];
    const read: number[] = [];
    const held: number[] = [];
    const git: number[] = [];
    const news: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      let blame: Blame = emptyBlame('prompt');
      ours.push(
        timed(() => {
          blame = extendBlame(emptyBlame('prompt'), known);
          blamedSentences(blame);
        }),
      );
      git.push(timed(() => execFileSync('git', ['blame', '--porcelain', FILE], { cwd: repository })));
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const began = performance.now();
      await sentenceHistory(cache, PROMPT, undefined);
      read.push(performance.now() - began);
      delay.disable();
      held.push(delay.percentile(99) / 1e6);
      for (const next of versions.slice(VERSIONS))
        news.push(
          timed(() => {
            blame = extendBlame(blame, [next]);
            blamedSentences(blame);
          }),
        );
    }
    const ratio = median(ours.map((each, turn) => each / (git[turn] ?? 0)));
    return {
      title: `Blame by sentence: ${VERSIONS} versions of ${Math.round((texts.at(-1)?.length ?? 0) / 1000)} KB whose texts are here`,
      figures: [
        { name: 'the blame of the newest version', value: median(ours), unit: 'ms' },
        { name: '`git blame` of the same history, as a process', value: median(git), unit: 'ms' },
        { name: 'as a multiple of it', value: ratio, unit: '×', limit: atMost(ratio, 3, '×') },
        { name: 'the same with the texts read from the cache on the disk', value: median(read), unit: 'ms' },
        { name: 'the thread held meanwhile, p99', value: median(held), unit: 'ms' },
        { name: 'one new version', value: median(news), unit: 'ms', limit: atMost(median(news), 5, 'ms') },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The history of a window that has all versions in its cache. */
async function cached(folder: string, versions: readonly BlamedVersion[]): Promise<HistorySource> {
  const cache = new DiskVersionCache(new CacheFolder(folder));
  const summaries: VersionSummary[] = [];
  for (const { version, text } of versions) {
    const summary: VersionSummary = {
      prompt: PROMPT,
      version: version as VersionNumber,
      digest: digestOf(text),
      base: null,
      message: 'Reword',
      author: 'mara.lindqvist',
      publishedAt: '2026-11-01T10:00:00.000Z',
      bytes: Buffer.byteLength(text),
      partials: {},
    };
    summaries.unshift(summary);
    await cache.putVersion(URL, { ...summary, source: text });
  }
  const fresh = new DiskVersionCache(new CacheFolder(folder));
  return {
    listVersions: async () => ({ data: summaries, nextCursor: null }),
    getSources: keptSource(fresh, URL).getSources,
  };
}

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** Each version rewords a sentence; some add or remove a line, and some change a tag or the front matter. */
function historyOf(count: number): string[] {
  const random = mulberry(18);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const sentence = () =>
    `${pick(['Answer', 'Name', 'Check', 'Never promise', 'Ask for'])} ${pick(['the fee', 'the order', 'a refund', 'the account of {{name}}', 'what {{bank}} says'])} ${pick(['before you close the case', 'in the language of the customer', 'when the customer asks twice', 'with its currency and date'])} ${Math.floor(random() * 1000)}.`;
  const line = () => `- ${Array.from({ length: 1 + Math.floor(random() * 3) }, sentence).join(' ')}`;
  let lines = Array.from({ length: 90 }, (_, at) => (at % 12 === 0 ? `\n## Rules ${at}` : line()));
  let model = 0;
  return Array.from({ length: count }, (_, version) => {
    const at = Math.floor(random() * lines.length);
    const kind = random();
    if (version === 0) model = 1;
    else if (kind < 0.02) model++;
    else if (kind < 0.06) lines = lines.toSpliced(at, 0, line());
    else if (kind < 0.1) lines = lines.toSpliced(at, 1);
    else {
      const parts = (lines[at] ?? '').split('. ');
      const part = Math.floor(random() * parts.length);
      const end = part === parts.length - 1 ? '' : '.';
      lines[at] = parts
        .with(part, `${part === 0 ? '- ' : ''}${sentence().slice(0, end === '' ? undefined : -1)}`)
        .join('. ');
    }
    return `---\nmodel: vendor/model-${model}\n---\n{{role "system"}}\n${lines.join('\n')}\n{{role "user"}}\n{{question}}\n`;
  });
}

/** The same numbers in every run (Mulberry32). */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function commitAll(repository: string, texts: readonly string[]): void {
  const run = (args: string[], input?: string) => execFileSync('git', args, { cwd: repository, input });
  run(['init', '--quiet', '--initial-branch=main']);
  const commits = texts.map((text, index) => {
    const data = (of: string) => `data ${Buffer.byteLength(of)}\n${of}\n`;
    return `commit refs/heads/main\ncommitter Dana <dana@example.com> ${1_700_000_000 + index} +0000\n${data(`Version ${index + 1}`)}M 644 inline ${FILE}\n${data(text)}`;
  });
  run(['fast-import', '--quiet'], commits.join('\n'));
  run(['reset', '--quiet', '--hard']);
}
