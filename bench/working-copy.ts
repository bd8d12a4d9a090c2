/**
 * A working copy of ten thousand prompts compared with git, in turn in one run: the first pull compared with `git
 * clone` of the same files from a `git daemon`, both on the same machine, and the state with a warm index compared with
 * `git status`. Also the requests of an open window that refreshes, and its memory.
 */
import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { RegistryClient } from '../src/client/registry-client.ts';
import { defaultEnvironments, parseEnvironmentName } from '../src/core/environment.ts';
import { parsePromptName } from '../src/core/name.ts';
import type { VersionNumber } from '../src/core/version.ts';
import { type Caller, COMMAND_LINE } from '../src/registry/access/caller.ts';
import { createKey } from '../src/registry/administration.ts';
import { openDataFolder } from '../src/registry/data-folder.ts';
import { IDENTITY_FILE } from '../src/registry/identity.ts';
import { prepareSource } from '../src/registry/prompts/prepare-source.ts';
import { publish } from '../src/registry/prompts/publish.ts';
import { openSigning } from '../src/registry/proof/open-signing.ts';
import { nodeFileSystem } from '../src/workspace/node-file-system.ts';
import { type Project, writeProject } from '../src/workspace/project-file.ts';
import type { RegistryPrompt } from '../src/workspace/prompt-state.ts';
import { WorkingCopy } from '../src/workspace/working-copy.ts';
import { bundledWorker } from './bundled-worker.ts';
import type { Kept, MemoryOrder } from './memory-process.ts';
import { atMost, median, type Report } from './report.ts';
import { startProcess } from './server-process.ts';

const PROMPTS = 10_000;
const FOLDERS = 40;
/** In bytes. */
const SOURCE = 2048;
/** The number of prompts per transaction. */
const TOGETHER = 500;
const TURNS = 3;
const STATUS_TURNS = 9;

const run = promisify(execFile);
const nameOf = (index: number) => parsePromptName(`team-${index % FOLDERS}/prompt-${index}`);

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const processes: ChildProcess[] = [];
  try {
    const sources = Array.from({ length: PROMPTS }, (_, index) => text(index));
    const folder = join(scratch, 'registry');
    const key = await fill(folder, sources);
    const [server, url] = await startProcess({ kind: 'folder', path: folder });
    processes.push(server);
    await gitRepository(join(scratch, 'repository'), sources);
    const [daemon, remote] = await gitDaemon(scratch);
    processes.push(daemon);
    const client = new RegistryClient({ url, key });
    const figures = {
      pull: [] as number[],
      clone: [] as number[],
      state: [] as number[],
      status: [] as number[],
    };
    const fetching: number[] = [];
    let synced: Synced | undefined;
    let memory: Kept | undefined;
    for (let turn = 0; turn < TURNS; turn++) {
      const root = join(scratch, `copy-${turn}`);
      await mkdir(root);
      const project = await writeProject(root, url, nodeFileSystem);
      figures.pull.push(await timed(() => pull(project, client)));
      const clone = join(scratch, `clone-${turn}`);
      figures.clone.push(await timed(() => run('git', ['clone', '-q', `${remote}/repository`, clone])));
      fetching.push(await timed(async () => fetchAll(client)));
      if (turn < TURNS - 1) continue;
      synced = await sync(project, url, key);
      memory = await memoryOf({ root, url, key });
      const prompts = await listed(client);
      await setTimeout(100); // Files that have just changed are read again, also by git.
      await new WorkingCopy(project, nodeFileSystem).state(prompts);
      await run('git', ['status'], { cwd: clone });
      for (let at = 0; at < STATUS_TURNS; at++) {
        // A new object, as in a command, reads the index from its file.
        const copy = new WorkingCopy(project, nodeFileSystem);
        figures.state.push(await timed(() => copy.state(prompts)));
        figures.status.push(await timed(() => run('git', ['status', '--porcelain'], { cwd: clone })));
      }
    }
    const [pulled, cloned, state, status] = [
      ...[figures.pull, figures.clone, figures.state, figures.status],
    ].map(median) as [number, number, number, number];
    const ratio = pulled / cloned;
    const stateRatio = state / status;
    return {
      title: `A working copy of ${PROMPTS} prompts of 2 KB, against git`,
      figures: [
        { name: 'First pull', value: pulled, unit: 'ms' },
        { name: 'of which listing and fetching alone', value: median(fetching), unit: 'ms' },
        { name: '`git clone` from a `git daemon`', value: cloned, unit: 'ms' },
        { name: 'First pull, ratio', value: ratio, unit: '×', limit: atMost(ratio, 2, '×') },
        { name: 'State with a warm index', value: state, unit: 'ms' },
        { name: '`git status`', value: status, unit: 'ms' },
        { name: 'State, ratio', value: stateRatio, unit: '×', limit: atMost(stateRatio, 1, '×') },
        ...(synced === undefined ? [] : figuresOfSync(synced)),
        ...(memory === undefined ? [] : figuresOfMemory(memory)),
      ],
    };
  } finally {
    for (const child of processes) child.kill();
    await rm(scratch, { recursive: true, force: true });
  }
}

function listed(client: RegistryClient): Promise<RegistryPrompt[]> {
  return client.allPrompts({ archived: true });
}

async function pull(project: Project, client: RegistryClient): Promise<void> {
  const copy = new WorkingCopy(project, nodeFileSystem);
  const { created } = await copy.pull(client, await listed(client), { isDirty: () => false });
  if (created.length !== PROMPTS) throw new Error(`${created.length} files were pulled.`);
}

interface Synced {
  /** The time in ms to list prompts, and its requests, if there is nothing new. */
  readonly listing: number;
  readonly listingRequests: number;
  readonly whole: number;
  /** The number of requests if one prompt has a new version. */
  readonly oneRequests: number;
}

/** Refreshes like an open window, which has the last list. */
async function sync(project: Project, url: string, key: string): Promise<Synced> {
  let requests = 0;
  const client = new RegistryClient({
    url,
    key,
    fetch: request => {
      requests += 1;
      return fetch(request);
    },
  });
  const copy = new WorkingCopy(project, nodeFileSystem);
  const options = { isDirty: () => false };
  const pullAll = async () => copy.pull(client, await copy.listPrompts(client), options);
  await pullAll();
  requests = 0;
  const listing: number[] = [];
  const whole: number[] = [];
  for (let turn = 0; turn < STATUS_TURNS; turn++) {
    listing.push(await timed(() => copy.listPrompts(client)));
    whole.push(await timed(pullAll));
  }
  const listingRequests = requests / STATUS_TURNS / 2;
  const name = nameOf(0);
  await client.publish(name, { source: 'New.\n', message: 'x', base: 1 as VersionNumber });
  requests = 0;
  const { updated } = await pullAll();
  if (updated.length !== 1) throw new Error(`${updated.length} files were updated.`);
  return { listing: median(listing), whole: median(whole), listingRequests, oneRequests: requests };
}

function figuresOfSync({ listing, listingRequests, whole, oneRequests }: Synced): Report['figures'] {
  return [
    {
      name: 'Nothing new: requests',
      value: listingRequests,
      unit: '',
      limit: atMost(listingRequests, 1, ''),
    },
    {
      name: 'Nothing new: asking the registry',
      value: listing,
      unit: 'ms',
      limit: atMost(listing, 20, 'ms'),
    },
    { name: 'Nothing new: with the state of all files', value: whole, unit: 'ms' },
    { name: 'One new version: requests', value: oneRequests, unit: '', limit: atMost(oneRequests, 2, '') },
  ];
}

async function memoryOf(order: Omit<MemoryOrder, 'worker'>): Promise<Kept> {
  await using worker = await bundledWorker('src/language-server/worker.ts');
  const child = fork(join(import.meta.dirname, 'memory-process.ts'));
  child.send({ ...order, worker: worker.url.href } satisfies MemoryOrder);
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`It ended with ${code}.`)));
  const [kept] = (await Promise.race([once(child, 'message'), ended])) as [Kept];
  ended.catch(() => {});
  return kept;
}

function figuresOfMemory({ listed, cached, worker }: Kept): Report['figures'] {
  const all = (listed + cached + worker) / 1e6;
  return [
    { name: 'Memory of a window: list, states, explorer', value: listed / 1e6, unit: 'MB' },
    { name: 'Memory of a window: texts that were fetched', value: cached / 1e6, unit: 'MB' },
    { name: 'Memory of a window: language server', value: worker / 1e6, unit: 'MB' },
    { name: 'Memory of a window, in all', value: all, unit: 'MB', limit: atMost(all, 60, 'MB') },
  ];
}

async function fetchAll(client: RegistryClient): Promise<void> {
  const prompts = await listed(client);
  for (let start = 0; start < PROMPTS; start += TOGETHER)
    await client.getSources(prompts.slice(start, start + TOGETHER).map(({ newest }) => newest));
}

/** Random text, so that git does not benefit from compression. */
function text(index: number): string {
  return `Prompt ${index}.\n${randomBytes(SOURCE).toString('base64').slice(0, SOURCE)}`;
}

/** @returns a key that may read all prompts */
async function fill(folder: string, sources: readonly string[]): Promise<string> {
  const store = await openDataFolder(folder, { environments: defaultEnvironments(0) });
  const keyFile = join(folder, IDENTITY_FILE);
  (await openSigning(store, { keyFile, author: COMMAND_LINE, isOnlyPlace: true })).heads.close();
  const environment = parseEnvironmentName('development');
  const caller: Caller = { actor: 'mara.lindqvist', key: '4fQ7rT1bXc9Z', role: 'author', environment };
  for (let start = 0; start < sources.length; start += TOGETHER) {
    const part = await Promise.all(
      sources.slice(start, start + TOGETHER).map((source, at) => prepareSource(nameOf(start + at), source)),
    );
    await store.write(async transaction => {
      for (const [at, source] of part.entries())
        await publish(transaction, store.now, caller, nameOf(start + at), source, {
          message: 'First version',
          base: null as VersionNumber | null,
        });
    });
  }
  const { key } = await createKey(store, { environment, role: 'author', actor: 'bench', expiresAt: null });
  await store.close();
  return key;
}

async function gitRepository(folder: string, sources: readonly string[]): Promise<void> {
  for (const [index, source] of sources.entries()) {
    const file = join(folder, `${nameOf(index)}.prompt`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, source);
  }
  const git = (...args: string[]) => run('git', args, { cwd: folder });
  await git('init', '-q');
  await git('config', 'gc.auto', '0');
  await git('add', '.');
  await git('-c', 'user.name=bench', '-c', 'user.email=bench@example.com', 'commit', '-q', '-m', 'All');
  await git('gc', '-q');
}

async function gitDaemon(base: string): Promise<[ChildProcess, string]> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  const args = [`--port=${port}`, '--listen=127.0.0.1', '--export-all', `--base-path=${base}`, '--reuseaddr'];
  const daemon = spawn('git', ['daemon', ...args], { stdio: 'ignore' });
  const url = `git://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    const isUp = await run('git', ['ls-remote', `${url}/repository`]).then(
      () => true,
      () => false,
    );
    if (isUp) return [daemon, url];
    if (attempt > 50) throw new Error('git daemon does not answer.');
    await setTimeout(100);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
