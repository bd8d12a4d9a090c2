/** Servers that are killed under write load. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BundledCli } from '../../scripts/host/bundledCli.ts';
import { type Place, type ServeProcess, startServe } from '../../scripts/host/serveProcess.ts';
import { step } from '../../scripts/testing/heartbeat.ts';
import { type Kept, readBack } from './kept.ts';
import { startWriters } from './writers.ts';

/** The number of servers that share the database at a time: one more is always on its way. */
const SERVERS = 2;
const AUTHORS = 4;
/** Acknowledged writes between two kills, at least: a server is killed under load, not while nobody writes. */
const WRITES_BETWEEN = 2;

export interface Killed extends Kept {
  readonly repeated: number;
}

/** Kills servers over `place` as often as told, each while authors with `key` write to it. */
export async function killUnderLoad(
  cli: BundledCli,
  place: Place,
  key: string,
  kills: number,
): Promise<Killed> {
  // One that ends by itself leaves its compiled code to the others, which are killed before they could.
  await (await startServe(cli, place)).stop();
  await using servers = serversOf(cli, place);
  await servers.start(SERVERS);
  const writers = startWriters({ count: AUTHORS, key, server: servers.next });
  try {
    for (let killed = 0; killed < kills; killed++) {
      const replaced = servers.start(1);
      await writers.written(WRITES_BETWEEN);
      // In the middle of a write, and not always at the same moment of it.
      await writers.sent(servers.oldest());
      await sleep(killed % 5);
      await servers.killOldest();
      await replaced;
      step(`killed ${killed + 1} of ${kills}`);
    }
  } finally {
    // What they have to say counts below, unless something else has failed already.
    await writers.stop().catch(() => {});
  }
  const written = await writers.stop();
  await servers.killAll();
  await servers.start(1);
  return { repeated: writers.repeated(), ...(await readBack(servers.next(), key, written)) };
}

interface Servers extends AsyncDisposable {
  start(count: number): Promise<void>;
  /** The URL of one that is up, each in its turn. */
  readonly next: () => string;
  /** Its URL. */
  readonly oldest: () => string;
  killOldest(): Promise<void>;
  killAll(): Promise<void>;
}

function serversOf(cli: BundledCli, place: Place): Servers {
  const up: ServeProcess[] = [];
  const starting = new Set<Promise<unknown>>();
  let turn = 0;
  const killAll = async (): Promise<void> => {
    await Promise.allSettled(starting);
    await Promise.all(up.splice(0).map(server => server.kill()));
  };
  return {
    async start(count) {
      const all = Array.from({ length: count }, async () => void up.push(await startServe(cli, place)));
      for (const one of all) {
        starting.add(one);
        one.catch(() => {}).finally(() => starting.delete(one));
      }
      await Promise.all(all);
    },
    next: () => up[turn++ % up.length]?.url ?? NOWHERE,
    oldest: () => up[0]?.url ?? NOWHERE,
    async killOldest() {
      await up.shift()?.kill();
    },
    killAll,
    [Symbol.asyncDispose]: killAll,
  };
}

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';
