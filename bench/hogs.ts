/**
 * Sends renderings that never end, with one key, in a separate process, so that reading the answers does not delay the
 * measured client.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { numbers } from './hostile.ts';

export interface Hogs {
  /** The registry's address. */
  readonly url: string;
  readonly key: string;
  /** A prompt whose version 1 renders `xs` in loops that end at the limit of steps. */
  readonly prompt: string;
  /** The number of concurrent requests. */
  readonly count: number;
}

/** Resolves when one was answered; disposing ends them. @throws Error if the process ends unexpectedly */
export async function startHogs(hogs: Hogs): Promise<AsyncDisposable> {
  const child = fork(import.meta.filename, [CHILD], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  child.send(hogs);
  const first = await Promise.race([once(child, 'message'), ended]);
  if (first[0] !== 'begun') throw new Error(`The process with the loops ended with ${first[0]}.`);
  return {
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null)
        throw new Error(`The process with the loops ended with ${child.exitCode}.`);
      child.kill();
      await ended;
    },
  };
}

const CHILD = '--hogs';

if (import.meta.main && process.argv.includes(CHILD))
  process.once('message', order => void hog(order as Hogs));

async function hog({ url, key, prompt, count }: Hogs): Promise<never> {
  const request = {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, Accept: '*/*', 'Content-Type': 'application/json' },
    body: JSON.stringify({ input: { xs: numbers(300) }, version: 1 }),
  };
  let isBegun = false;
  const askOn = async (): Promise<never> => {
    for (;;) {
      const response = await fetch(`${url}/v1/prompts/${prompt}/-/render`, request);
      await response.arrayBuffer();
      if (response.status !== 422) throw new Error(`A loop without end answers ${response.status}.`);
      if (!isBegun) process.send?.('begun');
      isBegun = true;
    }
  };
  return Promise.race(Array.from({ length: count }, askOn));
}
