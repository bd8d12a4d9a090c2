/**
 * The memory of a window with ten thousand prompts, measured in a separate process by its heaps after garbage
 * collection: the registry's list, the lock file, the index, the states, the explorer's items, cached texts, and the
 * language server with all files. The parent process sends a `MemoryOrder` and gets a `Kept`.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import { createProtocolConnection } from 'vscode-languageserver-protocol/node';
import { CacheFolder } from '../src/client/cache-folder.ts';
import { DiskVersionCache } from '../src/client/disk-version-cache.ts';
import { RegistryClient } from '../src/client/registry-client.ts';
import { parsePromptName } from '../src/core/name.ts';
import { mergeListed } from '../src/editor/explorer/merge-listed.ts';
import type { FileEntry } from '../src/language-server/files.ts';
import {
  FilesNotification,
  type InitializationOptions,
  PlacesNotification,
} from '../src/language-server/messages.ts';
import { WatchedWorker } from '../src/language-server/watched-worker.ts';
import { nodeFileSystem } from '../src/workspace/node-file-system.ts';
import { readProject } from '../src/workspace/project-file.ts';
import { WorkingCopy } from '../src/workspace/working-copy.ts';

export interface MemoryOrder {
  readonly root: string;
  readonly url: string;
  readonly key: string;
  /** The URL of the bundled language server. */
  readonly worker: string;
}

/** Additional memory for the prompts, in bytes. */
export interface Kept {
  /** The list, the states, the explorer's items, and the files reported to the language server. */
  readonly listed: number;
  /** The fetched texts that the cache keeps. */
  readonly cached: number;
  /** The language server's heap. */
  readonly worker: number;
}

/** In ms. */
const SETTLED = 2000;
const PATIENCE = 120_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The memory in use, measured after short-lived timers have fired. */
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
  // Loads modules and compiles code that every window needs.
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

/** The growth of the language server's heap with the files, after garbage collection. */
async function languageWorker(url: string, files: readonly FileEntry[]): Promise<number> {
  const started = once(process, 'worker') as Promise<[Worker]>;
  const uri = 'file:///open.prompt';
  const place = { role: 'prompt', name: parsePromptName('open'), folder: 'file:///' } as const;
  const collecting = new URL('collecting.mjs', url);
  await writeFile(collecting, `import ${JSON.stringify(url)};${COLLECT_OFTEN}`);
  const watched = new WatchedWorker({
    url: collecting,
    log: console.error,
    startLimit: PATIENCE,
    answerLimit: PATIENCE,
  });
  const { reader, writer } = await watched.connect();
  const connection = createProtocolConnection(reader, writer);
  connection.onRequest('client/registerCapability', () => undefined);
  connection.listen();
  const initializationOptions: InitializationOptions = {
    settings: { frontMatterKeys: [] },
    selectors: { prompts: [], written: [], samples: [], included: [] },
    refused: [],
  };
  const capabilities = {};
  await connection.sendRequest('initialize', { processId: null, capabilities, initializationOptions });
  await connection.sendNotification('initialized', {});
  const tell = (told: readonly FileEntry[]) =>
    connection.sendNotification(FilesNotification, { files: told, gone: [] });
  // The answer arrives after all files are read.
  const ask = () =>
    connection.sendRequest('textDocument/hover', {
      textDocument: { uri },
      position: { line: 0, character: 0 },
    });
  await connection.sendNotification(PlacesNotification, { places: [{ uri, place }] });
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'dotprompt', version: 1, text: 'Hello' },
  });
  await tell([]);
  await ask();
  const [worker] = await started;
  const used = async () => (await worker.getHeapStatistics()).used_heap_size;
  await setTimeout(SETTLED);
  const before = await used();
  await tell(files);
  await ask();
  await setTimeout(SETTLED);
  return (await used()) - before;
}
