/**
 * Searching 10,000 versions of prompts of 10 KB for a text over HTTP, compared with `git log -S` on the same history as
 * commits: in turn in one run, for all results. Also measures the time to create the index.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegistryClient } from '../src/client/registry-client.ts';
import { defaultEnvironments, parseEnvironmentName } from '../src/core/environment.ts';
import { type PromptName, parsePromptName } from '../src/core/name.ts';
import { createKey } from '../src/registry/administration.ts';
import { openDataFolder } from '../src/registry/data-folder.ts';
import { openIdentity } from '../src/registry/identity.ts';
import { prepareSource } from '../src/registry/prompts/prepare-source.ts';
import { publish } from '../src/registry/prompts/publish.ts';
import type { Store } from '../src/registry/store/store.ts';
import { serveRegistry } from '../src/registry/threads/serve-registry.ts';
import { atMost, median, type Report } from './report.ts';

const PROMPTS = 100;
const VERSIONS = 100;
/** The number of versions per transaction. */
const TOGETHER = 250;
const LINES = 150;
const TURNS = 7;
const TEXT = 'fee';
/** One in this many edits adds the text. Later edits of the line remove it. */
const SELDOM = 40;

interface Version {
  readonly prompt: PromptName;
  readonly number: number;
  readonly source: string;
}

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  try {
    const history = makeHistory();
    const repository = join(scratch, 'git');
    await commit(repository, history);
    const folder = join(scratch, 'registry');
    const store = await openDataFolder(folder, { environments: defaultEnvironments(0) });
    await fill(store, history);
    const server = await serveRegistry({
      place: { data: folder },
      workers: 0,
      store,
      identity: await openIdentity(join(scratch, 'key.pem')),
      webhooksToPrivateNetworks: false,
      host: '127.0.0.1',
      port: 0,
      log: () => {},
    });
    try {
      const key = await createKey(store, {
        environment: parseEnvironmentName('development'),
        role: 'author',
        actor: 'bench',
        expiresAt: null,
      });
      const client = new RegistryClient({ url: server.url, key: key.key });
      const index = await timed(() => client.search({ text: TEXT, limit: 1 }));
      const ours: number[] = [];
      const peers: number[] = [];
      let found = 0;
      for (let turn = 0; turn < TURNS; turn++) {
        ours.push(
          await timed(async () => {
            found = await countAll(client);
          }),
        );
        peers.push(await timed(async () => check(found, repository)));
      }
      const ratio = median(ours) / median(peers);
      const first = await timed(() => client.search({ text: TEXT }));
      return {
        title: `Searching ${PROMPTS * VERSIONS} versions of 10 KB for "${TEXT}", which ${found} of them added or removed, against git log -S`,
        figures: [
          { name: 'all of them', value: median(ours), unit: 'ms' },
          { name: 'git log -S', value: median(peers), unit: 'ms' },
          { name: 'ratio', value: ratio, unit: '×', limit: atMost(ratio, 1, '×') },
          { name: 'the newest 50', value: first, unit: 'ms' },
          { name: 'making the index, once', value: index, unit: 'ms' },
        ],
      };
    } finally {
      await server.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function countAll(client: RegistryClient): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await client.search({ text: TEXT, matchCase: 'true', limit: 100, cursor });
    count += page.data.length;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return count;
}

/** @throws Error if git finds another number */
function check(found: number, repository: string): void {
  const { stdout } = spawnSync('git', ['log', '--oneline', '-S', TEXT], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const commits = stdout.split('\n').length - 1;
  if (commits !== found) throw new Error(`git finds ${commits} commits, the registry ${found} versions.`);
}

function makeHistory(): Version[] {
  const random = randomFrom(42);
  const word = () => WORDS[Math.floor(random() * WORDS.length)] ?? '';
  const line = () => Array.from({ length: 11 }, word).join(' ');
  const prompts = Array.from({ length: PROMPTS }, (_, index) => ({
    prompt: parsePromptName(`team/prompt-${index}`),
    lines: Array.from({ length: LINES }, line),
  }));
  const history: Version[] = [];
  for (let number = 1; number <= VERSIONS; number++)
    for (const { prompt, lines } of prompts) {
      if (number > 1) {
        const at = Math.floor(random() * LINES);
        lines[at] = random() < 1 / SELDOM ? `${line()} ${TEXT}` : line();
      }
      history.push({ prompt, number, source: `${lines.join('\n')}\n` });
    }
  return history;
}

const WORDS =
  'the customer asks about a transfer and you answer with what applies to this account today'.split(' ');

/** Mulberry32 */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

async function commit(repository: string, history: readonly Version[]): Promise<void> {
  execFileSync('git', ['init', '-q', '-b', 'main', repository]);
  const stream = history
    .map(({ prompt, number, source }, index) =>
      [
        'commit refs/heads/main',
        `committer bench <bench@example.com> ${1_700_000_000 + index} +0000`,
        `data ${Buffer.byteLength(`v${number}`)}\nv${number}`,
        `M 100644 inline ${prompt}.prompt`,
        `data ${Buffer.byteLength(source)}\n${source}`,
      ].join('\n'),
    )
    .join('\n');
  const file = join(repository, '.git', 'import');
  await writeFile(file, `${stream}\n`);
  execFileSync('sh', ['-c', 'git fast-import --quiet < .git/import && rm .git/import && git gc --quiet'], {
    cwd: repository,
  });
}

async function fill(store: Store, history: readonly Version[]): Promise<void> {
  const caller = {
    actor: 'bench',
    key: 'bench',
    environment: parseEnvironmentName('development'),
    role: 'author',
  } as const;
  for (let start = 0; start < history.length; start += TOGETHER) {
    const prepared = await Promise.all(
      history.slice(start, start + TOGETHER).map(async each => ({
        ...each,
        ready: await prepareSource(each.prompt, each.source),
      })),
    );
    await store.write(async transaction => {
      for (const { prompt, number, ready } of prepared)
        await publish(transaction, store.now, caller as never, prompt, ready, {
          message: '',
          base: number === 1 ? null : ((number - 1) as never),
        });
    });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
