/** Keeps every checkpoint that registries sign, and holds them to the log in the end: two that contradict each other are a fork. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Checkpoint, isSigned } from '../../src/core/checkpoint.ts';
import type { RegistryEvent } from '../../src/core/event.ts';

export interface Witness {
  readonly seen: () => number;
  /** What one of the checkpoints says that the log does not. */
  forks(events: readonly RegistryEvent[]): string[];
  stop(): Promise<void>;
}

/** ms */
const PAUSE = 100;

export function startWitness(urls: readonly string[], key: string): Witness {
  const signed: { readonly url: string; readonly checkpoint: Checkpoint }[] = [];
  let stopping = false;
  async function watch(url: string): Promise<void> {
    while (!stopping) {
      const checkpoint = await ask(url, key);
      if (checkpoint !== undefined) signed.push({ url, checkpoint });
      await sleep(PAUSE);
    }
  }
  const watching = Promise.all(urls.map(watch));
  return {
    seen: () => signed.length,
    forks(events) {
      const hashes = new Map(events.map(({ seq, hash }) => [seq, hash]));
      return signed.flatMap(({ url, checkpoint }) => {
        if (!isSigned(checkpoint)) return [`${url} signed event ${checkpoint.seq} falsely`];
        if (hashes.get(checkpoint.seq) === checkpoint.hash) return [];
        return [`${url} signed event ${checkpoint.seq} as ${checkpoint.hash}`];
      });
    },
    async stop() {
      stopping = true;
      await watching;
    },
  };
}

async function ask(url: string, key: string): Promise<Checkpoint | undefined> {
  try {
    const headers = { Authorization: `Bearer ${key}` };
    const response = await fetch(`${url}/v1/checkpoint`, { headers });
    return response.status === 200 ? ((await response.json()) as Checkpoint) : undefined;
  } catch {
    return undefined;
  }
}
