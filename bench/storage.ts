/**
 * The disk space of a data folder per 2 KB version; the time of `backup`, compared with SQLite's online backup of the
 * same file (`sqlite3 .backup`), which verifies nothing; and the time of `verify`, compared with only computing SHA-256
 * of the bytes that it hashes: events, the input of their MACs, and sources. In turn in one run.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { canonicalJson } from '../src/core/canonical.ts';
import { parseEnvironmentName } from '../src/core/environment.ts';
import { parsePromptName } from '../src/core/name.ts';
import type { VersionNumber } from '../src/core/version.ts';
import { type Caller, COMMAND_LINE } from '../src/registry/access/caller.ts';
import { backUp } from '../src/registry/backup.ts';
import { DATABASE_FILE, openDataFolder } from '../src/registry/data-folder.ts';
import { IDENTITY_FILE } from '../src/registry/identity.ts';
import { prepareSource } from '../src/registry/prompts/prepare-source.ts';
import { publish } from '../src/registry/prompts/publish.ts';
import { openSigning } from '../src/registry/proof/open-signing.ts';
import { startRangesThread } from '../src/registry/proof/ranges.ts';
import { verifyRegistry } from '../src/registry/proof/verification.ts';
import { eventsAfter } from '../src/registry/store/log.ts';
import type { Store } from '../src/registry/store/store.ts';
import { bundledWorker } from './bundled-worker.ts';
import { atLeast, atMost, median, type Report } from './report.ts';

const PROMPTS = 200;
const VERSIONS = 20_000;
/** The number of versions per transaction. */
const TOGETHER = 500;
/** In bytes. */
const SOURCE = 2048;
const TURNS = 5;
/** The number of pages that SQLite's backup copies in one step: all, so that no write restarts it. */
const ALL_PAGES = 0x7fffffff;

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  await using worker = await bundledWorker('src/registry/proof/ranges-thread.ts');
  try {
    const folder = join(scratch, 'registry');
    await fill(folder);
    const file = join(folder, DATABASE_FILE);
    const onDisk = (await stat(file)).size / (VERSIONS * SOURCE);
    const ours: number[] = [];
    const peers: number[] = [];
    const verifying: number[] = [];
    const starting: number[] = [];
    const hashing: number[] = [];
    const store = await openDataFolder(folder);
    // Like `promptforge verify`, which has the key and checks MACs.
    await sign(store, folder);
    const hashed = await bytesHashed(store);
    for (let turn = 0; turn < TURNS; turn++) {
      ours.push(await timed(() => backUp(folder, join(scratch, `ours-${turn}`))));
      const database = new DatabaseSync(file);
      peers.push(await timed(() => backup(database, join(scratch, `peer-${turn}`), { rate: ALL_PAGES })));
      database.close();
      verifying.push(await verifiedAfterOpening(folder, worker.url));
      starting.push(await verifiedWithItsThread(store, worker.url));
      hashing.push(await timed(async () => hashAlone(hashed)));
    }
    await store.close();
    const speed = median(hashing) / median(verifying);
    const ratio = median(ours) / median(peers);
    return {
      title: `A data folder of ${VERSIONS} versions of 2 KB, against SQLite's own backup`,
      figures: [
        {
          name: 'On disk, of the size of the sources',
          value: onDisk,
          unit: '×',
          limit: atMost(onDisk, 1.5, '×'),
        },
        { name: 'backup, which verifies the log', value: median(ours), unit: 'ms' },
        { name: 'SQLite online backup', value: median(peers), unit: 'ms' },
        { name: 'Backup, ratio', value: ratio, unit: '×', limit: atMost(ratio, 1.5, '×') },
        { name: 'verify, once the registry is open', value: median(verifying), unit: 'ms' },
        { name: 'verify, with the start of its thread', value: median(starting), unit: 'ms' },
        { name: 'SHA-256 alone over the same bytes', value: median(hashing), unit: 'ms' },
        {
          name: 'Verify, speed of SHA-256 alone',
          value: speed,
          unit: '×',
          limit: atLeast(speed, 0.33, '×'),
        },
      ],
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Starts the thread while the registry is opened, like `promptforge verify`. */
async function verifiedAfterOpening(folder: string, module: URL): Promise<number> {
  await using thread = startRangesThread(module);
  const store = await openDataFolder(folder);
  const time = await timed(() => verifyRegistry(store, { thread }));
  await store.close();
  return time;
}

async function verifiedWithItsThread(store: Store, module: URL): Promise<number> {
  return timed(async () => {
    await using thread = startRangesThread(module);
    await verifyRegistry(store, { thread });
  });
}

async function fill(folder: string): Promise<void> {
  const store = await openDataFolder(folder);
  await sign(store, folder);
  const environment = parseEnvironmentName('development');
  const caller: Caller = { actor: 'mara.lindqvist', key: '4fQ7rT1bXc9Z', role: 'author', environment };
  for (let start = 0; start < VERSIONS; start += TOGETHER) {
    const sources = await Promise.all(
      Array.from({ length: TOGETHER }, (_, index) => prepareSource(nameOf(start + index), text())),
    );
    await store.write(async transaction => {
      for (const [index, source] of sources.entries()) {
        const before = Math.floor((start + index) / PROMPTS);
        await publish(transaction, store.now, caller, nameOf(start + index), source, {
          message: 'Change the tone',
          base: before === 0 ? null : (before as VersionNumber),
        });
      }
    });
  }
  await store.close();
}

async function sign(store: Store, folder: string): Promise<void> {
  const keyFile = join(folder, IDENTITY_FILE);
  (await openSigning(store, { keyFile, author: COMMAND_LINE, isOnlyPlace: true })).heads.close();
}

/** The bytes that `verify` hashes: every event, the input of its MAC, and every source. */
async function bytesHashed(store: Store): Promise<readonly Uint8Array[]> {
  return store.read(async snapshot => {
    const events = await eventsAfter(snapshot, 0, Number.MAX_SAFE_INTEGER);
    const sources = await snapshot.selectFrom('versions').select('source').execute();
    const texts = [
      ...events.map(({ previousHash, hash: _, ...body }) => previousHash + canonicalJson(body)),
      ...events.map(({ seq, hash }) => `promptforge.event.v1 ${seq} ${hash}`),
      ...sources.map(({ source }) => source),
    ];
    return texts.map(each => Buffer.from(each));
  });
}

function hashAlone(texts: readonly Uint8Array[]): void {
  const hash = createHash('sha256');
  for (const each of texts) hash.update(each);
  hash.digest();
}

function nameOf(index: number) {
  return parsePromptName(`support/prompt-${index % PROMPTS}`);
}

function text(): string {
  return randomBytes(SOURCE).toString('base64').slice(0, SOURCE);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
