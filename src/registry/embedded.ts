/** The registry of one person, in process: the same HTTP app as a server's, with no port and no keys. */
import { join } from 'node:path';
import { defaultEnvironments } from '../core/environment.ts';
import { whyNotActor } from '../core/person.ts';
import { Problem } from '../core/problem.ts';
import { EMBEDDED_KEY, embeddedAuthenticator } from './access/embedded-authenticator.ts';
import { openDataFolder } from './data-folder.ts';
import { DataFolderProblem } from './data-folder-problem.ts';
import { createApp } from './http/app.ts';
import { IDENTITY_FILE, type Identity, openIdentity } from './identity.ts';
import { memory } from './memory.ts';
import { promotionSchedule } from './promotions/schedule.ts';
import { recordSigningKey } from './proof/checkpoint.ts';
import { logWatch } from './proof/watch.ts';
import type { Store } from './store/store.ts';
import { startWork } from './tasks/work.ts';

export interface EmbeddedOptions {
  /** Made where it is not there. Several windows and processes may have it open at once. */
  readonly dataFolder: string;
  /** Who acts, as events and versions name them. */
  readonly actor: string;
  readonly now?: () => Date;
  /** Told of every fault of the registry's own; a process warning by default. */
  readonly onFault?: (error: unknown) => void;
}

export interface EmbeddedRegistry {
  /** Answers a request as the server would; its `Authorization` is `Bearer embedded:<environment>`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Ends waiting calls and closes the database. */
  close(): Promise<void>;
}

/** @throws DataFolderProblem as `openDataFolder` does, Problem `invalid_request` for an actor that is no name */
export async function openEmbeddedRegistry(options: EmbeddedOptions): Promise<EmbeddedRegistry> {
  const { dataFolder, actor, now, onFault = warn } = options;
  const why = whyNotActor(actor);
  if (why !== undefined) throw new Problem('invalid_request', why);
  const store = await openDataFolder(dataFolder, {
    environments: defaultEnvironments(0),
    ...(now && { now }),
  });
  const identity = await identityIn(store, dataFolder, actor);
  const closing = new AbortController();
  const watch = logWatch({ store, onBroken: onFault, onFault });
  const work = startWork({ onFault, kind: 'thread' });
  const app = createApp({
    store,
    memory: memory(store),
    authenticator: embeddedAuthenticator(store, actor),
    work,
    identity,
    closing: closing.signal,
    standing: { log: () => watch.state().status, stopping: () => closing.signal.aborted },
    onFault,
  });
  const schedule = promotionSchedule({ store, onFault });
  schedule.start();
  watch.start();
  const calls = new Set<Promise<Response>>();
  return {
    async fetch(request) {
      const call = app.fetch(request);
      calls.add(call);
      try {
        return await call;
      } finally {
        calls.delete(call);
      }
    },
    async close() {
      closing.abort();
      await work.close();
      // One that waits for changes looks at the database once more when it is told to end.
      await Promise.allSettled(calls);
      await Promise.all([schedule.close(), watch.close()]);
      await store.close();
    },
  };
}

/** Whether opening failed since the log does not fit: it was changed by other means. */
export function isBrokenLog(error: unknown): error is Error {
  return DataFolderProblem.is(error, 'chain_broken');
}

/** The key beside the database; the log names it from the first time on. */
async function identityIn(store: Store, folder: string, actor: string): Promise<Identity> {
  try {
    const identity = await openIdentity(join(folder, IDENTITY_FILE));
    await recordSigningKey(store, { actor, key: EMBEDDED_KEY }, identity);
    return identity;
  } catch (error) {
    await store.close();
    throw error;
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
