// `promptforge serve` as a process of its own, as it ships, for tests and benchmarks: what is to be killed or measured
// must not be the test itself.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BundledCli } from './bundledCli.ts';
import { patience } from './patience.ts';

/** Minutes: several start at a time, and verify the end of their log first. */
const START_TIMEOUT_MS = patience(3 * 60_000);

/** Where a registry keeps what it holds. */
export type Place =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'database'; readonly url: string };

/** Disposing kills it where it still runs. */
export interface ServeProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Rejects with what it said when it ends by itself; never resolves. */
  readonly fallen: Promise<never>;
  /** Ends it as `kill -9` does; resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** @throws Error with what it said when it ends before it listens, or does not listen for minutes */
export async function startServe(
  { script, compileCache }: BundledCli,
  place: Place,
  options: readonly string[] = [],
): Promise<ServeProcess> {
  const data = place.kind === 'folder' ? ['--data', place.path] : keyOf(options);
  const { NODE_V8_COVERAGE: _, ...environment } = process.env;
  const child = spawn(process.execPath, [script, 'serve', ...data, '--port', '0', ...options], {
    env: {
      ...environment,
      NODE_COMPILE_CACHE: compileCache,
      ...(place.kind === 'database' && { PROMPTFORGE_DATABASE: place.url }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>(resolve => child.once('close', resolve));
  const complaints = tailOf(child.stderr);
  const url = await listening(child);
  let asked = false;
  const end = (signal: NodeJS.Signals) => {
    asked = true;
    child.kill(signal);
    return ended;
  };
  const fallen = ended.then(code => {
    if (asked) return new Promise<never>(() => {});
    throw new Error(`The server ended by itself with ${code}:\n${complaints()}`);
  });
  // Who does not wait for it learns of it by the server's silence.
  fallen.catch(() => {});
  const kill = () => end('SIGKILL').then(() => {});
  return { url, pid: child.pid ?? 0, fallen, kill, stop: () => end('SIGTERM'), [Symbol.asyncDispose]: kill };
}

function listening(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = '';
  const hear = (text: string): void => {
    if (said.length > 100_000) return;
    said += text;
    const url = /"event":"listening","url":"([^"]+)"/.exec(said)?.[1];
    if (url !== undefined) resolve(url);
  };
  child.stdout?.setEncoding('utf8').on('data', hear);
  child.stderr?.setEncoding('utf8').on('data', hear);
  child.once('error', reject);
  child.once('close', code =>
    reject(new Error(`The server ended with ${code} before it listened:\n${said}`)),
  );
  const timer = setTimeout(() => {
    reject(new Error(`The server does not listen after ${START_TIMEOUT_MS} ms:\n${said}`));
    child.kill('SIGKILL');
  }, START_TIMEOUT_MS);
  return promise.finally(() => clearTimeout(timer));
}

function tailOf(stream: Readable | null): () => string {
  let tail = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-5000);
  });
  return () => tail;
}

let folderOfKey: string | undefined;

/** Beside a database a registry keeps its key and what it signed: not among the user's own files. */
function keyOf(options: readonly string[]): readonly string[] {
  if (options.includes('--registry-key') || options.includes('--delivery-only')) return [];
  if (folderOfKey === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'promptforge-key-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    folderOfKey = folder;
  }
  return ['--registry-key', join(folderOfKey, 'registry-key.pem')];
}
