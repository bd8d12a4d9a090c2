// Runs the bundled `promptforge serve` in a separate process, so that tests can kill it and benchmarks measure it.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BundledCli } from './bundledCli.ts';
import { patience } from './patience.ts';

/** Minutes, because several start at once, and each first verifies the end of its log. */
const START_TIMEOUT_MS = patience(3 * 60_000);

/** The place of a registry's data. */
export type Place =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'database'; readonly url: string };

/** Disposing it kills the process if it is still running. */
export interface ServeProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Rejects with the output if the process ends unexpectedly; never resolves. */
  readonly fallen: Promise<never>;
  /** Ends the process with SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
  /** Ends the process with SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** @throws Error with its output if it ends before it listens, or does not listen within minutes */
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
  // A test that does not await `fallen` notices that the server no longer answers.
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

/** With a database, a registry stores its key and signed heads in files: in a temporary folder, not the user's own. */
function keyOf(options: readonly string[]): readonly string[] {
  if (options.includes('--registry-key') || options.includes('--delivery-only')) return [];
  if (folderOfKey === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'promptforge-key-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    folderOfKey = folder;
  }
  return ['--registry-key', join(folderOfKey, 'registry-key.pem')];
}
