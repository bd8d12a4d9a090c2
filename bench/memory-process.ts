/**
 * What a window keeps of ten thousand prompts, in a process of its own, by its heaps after a collection: the registry's
 * list, the lock file, the index, the states, what the explorer shows, the texts that the cache of versions keeps, and
 * the language worker with all files. Its parent sends where they are, and gets bytes.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import { CacheFolder } from '../src/client/cache-folder.ts';
import { DiskVersionCache } from '../src/client/disk-version-cache.ts';
import { RegistryClient } from '../src/client/registry-client.ts';
import { parsePromptName } from '../src/core/name.ts';
import { mergeListed } from '../src/editor/explorer/merge-listed.ts';
import { LanguageClient } from '../src/language-worker/client.ts';
import { nodeFileSystem } from '../src/workspace/node-file-system.ts';
import { readProject } from '../src/workspace/project-file.ts';
import { WorkingCopy } from '../src/workspace/working-copy.ts';

export interface MemoryOrder {
  readonly root: string;
  readonly url: string;
  readonly key: string;
  /** Of the built language worker. */
  readonly worker: string;
}

/** In bytes, over what there was before there were prompts. */
export interface Kept {
  /** The list, the states, what the explorer shows, and which files the language worker was told. */
  readonly listed: number;
  /** The texts that were fetched, as far as the cache keeps them. */
  readonly cached: number;
  /** The language worker's heap. */
  readonly worker: number;
}

/** In ms. */
const SETTLED = 2000;
const PATIENCE = 120_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** When what only waits for a timer has gone. */
async function kept(): Promise<number> {
  await setTimeout(SETTLED);
  for (let time = 0; time < 3; time++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

process.once('message', async ({ root, url, key, worker }: MemoryOrder) => {
  const project = await readProject(root, nodeFileSystem);
  const client = new RegistryClient({
    url,
    key,
    cache: new DiskVersionCache(new CacheFolder(join(root, 'cache'))),
  });
  const copy = new WorkingCopy(project, nodeFileSystem);
  // What any window has: modules, and code that ran once.
  await client.currentKey();
  const { prompts } = await copy.state(null);
  const files = [...prompts.keys()].map(name => {
    const path = copy.folder.pathOf(name);
    return { uri: pathToFileURL(path).href, path, role: 'prompt', name } as const;
  });
  const begun = new WorkingCopy(project, nodeFileSystem);
  const before = await kept();
  const inWorker = await languageWorker(worker, files);
  const summaries = await client.allPrompts({ archived: true });
  const state = await begun.state(summaries);
  const listed = mergeListed(summaries, state.prompts);
  const afterList = await kept();
  await client.getSources(summaries.map(({ newest }) => newest));
  const cached = (await kept()) - afterList;
  const all: Kept = { listed: afterList - before, cached, worker: inWorker };
  process.send?.(all, () => process.exit(listed.size > 0 && state.prompts.size > 0 ? 0 : 1));
});

const COLLECT_OFTEN = `
  import { runInNewContext } from 'node:vm';
  setInterval(runInNewContext('gc'), 500).unref();
`;

/** By how much its heap grew with the files, after a collection. */
async function languageWorker(
  url: string,
  files: Parameters<LanguageClient['setFiles']>[0],
): Promise<number> {
  const started = once(process, 'worker') as Promise<[Worker]>;
  const uri = 'file:///open.prompt';
  const document = { uri, role: 'prompt', name: parsePromptName('open'), text: 'Hello', version: 1 } as const;
  const collecting = new URL('collecting.mjs', url);
  await writeFile(collecting, `import ${JSON.stringify(url)};${COLLECT_OFTEN}`);
  const client = new LanguageClient({
    workerUrl: collecting,
    document: () => document,
    log: console.error,
    startLimit: PATIENCE,
    answerLimit: PATIENCE,
  });
  // Answered when all files are read.
  const ask = () => client.ask('diagnose', uri, null, { version: 1 });
  client.open(document);
  await ask();
  const [worker] = await started;
  const used = async () => (await worker.getHeapStatistics()).used_heap_size;
  await setTimeout(SETTLED);
  const before = await used();
  client.setFiles(files);
  await ask();
  await setTimeout(SETTLED);
  return (await used()) - before;
}
