// `promptforge serve` as a process of its own, as it ships, for tests and benchmarks: what is to be killed or measured
// must not be the test itself.

import { type ChildProcess, spawn } from 'node:child_process';
import type { BundledCli } from './bundledCli.ts';

/** Where a registry keeps what it holds. */
export type Place =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'database'; readonly url: string };

/** Disposing kills it where it still runs. */
export interface ServeProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Ends it as `kill -9` does; resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** @throws Error with what it said when it ends before it listens */
export async function startServe(
  { script, compileCache }: BundledCli,
  place: Place,
  options: readonly string[] = [],
): Promise<ServeProcess> {
  const data = place.kind === 'folder' ? ['--data', place.path] : [];
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
  const url = await listening(child);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  const kill = () => end('SIGKILL').then(() => {});
  return { url, pid: child.pid ?? 0, kill, stop: () => end('SIGTERM'), [Symbol.asyncDispose]: kill };
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
  return promise;
}
