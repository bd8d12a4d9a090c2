/** The real `promptforge serve` as a child process, and keys for it made by the command. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createdKey } from '../../src/contract/keys.ts';
import type { Role } from '../../src/core/role.ts';
import { inProcess } from './in-process.ts';
import { type Outcome, start } from './promptforge.ts';

export interface Serving {
  readonly url: string;
  readonly pid: number;
  /** The lines logged so far, parsed. */
  log(): Record<string, unknown>[];
  stderr(): string;
  /** Closes the pipe that the log goes to. */
  closeLog(): void;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended by itself or by a signal that was sent. */
  ended(): Promise<Outcome>;
  /** SIGTERM, if it still runs. */
  stop(): Promise<Outcome>;
}

/** Resolves when it listens, by default on any free port. @throws when it ends before, with what it said */
export async function serve(...args: string[]): Promise<Serving> {
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const child = start(['serve', ...port, ...args]);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
  const closed = once(child, 'close').then(([code]): Outcome => ({ code, stdout, stderr }));
  const log = () =>
    stdout
      // Of the last one, only a part may be here.
      .slice(0, stdout.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Record<string, unknown>);
  await Promise.race([
    (async () => {
      while (!stdout.includes('\n')) await once(child.stdout, 'data');
    })(),
    closed.then(({ code, stderr }) => assert.fail(`serve ended with ${code}: ${stderr}`)),
  ]);
  const [first] = log();
  return {
    url: String(first?.['url']),
    pid: child.pid ?? 0,
    log,
    stderr: () => stderr,
    closeLog: () => child.stdout.destroy(),
    signal: signal => void child.kill(signal),
    ended: () => closed,
    async stop() {
      child.kill('SIGTERM');
      return closed;
    },
  };
}

/** A key made by `promptforge keys create`. */
export async function newKey(
  data: string,
  environment: string,
  role: Role,
): Promise<{ id: string; key: string }> {
  const whose = ['--environment', environment, '--role', role, '--actor', `${environment}-${role}`];
  const { stdout } = await inProcess(['keys', 'create', ...whose, '--data', data, '--json']);
  return createdKey.parse(JSON.parse(stdout));
}

/** A call of the API; the answer's body as text. */
export async function call(
  url: string,
  key: string,
  body?: object,
): Promise<{ status: number; text: string; headers: Headers }> {
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** The code of a problem answer. */
export function codeOf({ text }: { text: string }): unknown {
  return (JSON.parse(text) as Record<string, unknown>)['code'];
}
