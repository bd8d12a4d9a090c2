/** The registry of one person, in process: the same HTTP app as a server's, with no port and no keys. */
import { join } from 'node:path';
import { defaultEnvironments } from '../core/environment.ts';
import { validateActor } from '../core/person.ts';
import { Problem } from '../core/problem.ts';
import { EMBEDDED_KEY, embeddedAuthenticator } from './access/embedded-authenticator.ts';
import { openDataFolder } from './data-folder.ts';
import { DataFolderProblem } from './data-folder-problem.ts';
import { deliveriesBy } from './delivery/making.ts';
import { createApp } from './http/app.ts';
import { IDENTITY_FILE } from './identity.ts';
import type { OnNarrowed } from './keep-data-folder.ts';
import { promotionSchedule } from './promotions/schedule.ts';
import { intactStore } from './proof/intact-store.ts';
import { integrity as integrityOf } from './proof/integrity.ts';
import { openSigning, type Signing } from './proof/open-signing.ts';
import { signer as signerOf } from './proof/signer.ts';
import { logWatch } from './proof/watch.ts';
import { memory } from './registry-cache.ts';
import type { Store } from './store/store.ts';
import { startWork } from './tasks/work.ts';

export interface EmbeddedOptions {
  /** Created if it does not exist. Several windows and processes may have it open at once. */
  readonly dataFolder: string;
  /** The actor's name in events and versions. */
  readonly actor: string;
  readonly now?: () => Date;
  /** Called for every internal error of the registry; default: a process warning. */
  readonly onFault?: (error: unknown) => void;
  /** Called when a mode allowed other users to read; default: reported as a fault. */
  readonly onNarrowed?: OnNarrowed;
}

export interface EmbeddedRegistry {
  /** Answers a request as the server would; its `Authorization` is `Bearer embedded:<environment>`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Ends waiting calls and closes the database. */
  close(): Promise<void>;
}

/** @throws DataFolderProblem as `openDataFolder` does, Problem `invalid_request` for an invalid actor */
export async function openEmbeddedRegistry(options: EmbeddedOptions): Promise<EmbeddedRegistry> {
  const { dataFolder, actor, now, onFault = warn, onNarrowed = onFault } = options;
  const why = validateActor(actor);
  if (why !== undefined) throw new Problem('invalid_request', why);
  const opened = await openDataFolder(dataFolder, {
    environments: defaultEnvironments(0),
    // The registry's only user may not have opened it for months.
    checksClock: false,
    onNarrowed,
    ...(now && { now }),
  });
  const { identity, heads } = await signingIn(opened, dataFolder, actor, onNarrowed);
  const integrity = integrityOf({ heads, onBroken: onFault, onFault });
  const store = intactStore(opened, integrity);
  const signer = signerOf({ store, integrity, identity, heads, onFault });
  const closing = new AbortController();
  const watch = logWatch({ store, onBroken: integrity.report, onFault });
  const work = startWork({ onFault, kind: 'thread' });
  const { contents, maker } = deliveriesBy(work);
  const app = createApp({
    store,
    memory: memory(store, { maker, integrity }),
    integrity,
    signer,
    contents,
    maker,
    authenticator: embeddedAuthenticator(store, actor),
    work,
    identity,
    closing: closing.signal,
    standing: {
      log: () => (integrity.broken() === null ? watch.state().status : 'broken'),
      stopping: () => closing.signal.aborted,
    },
    onFault,
  });
  const schedule = promotionSchedule({ store, onFault });
  schedule.start();
  watch.start();
  signer.start();
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
      // A call that waits for changes reads the database once more when it ends.
      await Promise.allSettled(calls);
      await Promise.all([schedule.close(), watch.close(), signer.close()]);
      integrity.close();
      heads.close();
      await store.close();
    },
  };
}

/** Returns true if opening failed because the log is broken: it was changed by other means. */
export function isBrokenLog(error: unknown): error is Error {
  return DataFolderProblem.is(error, 'chain_broken', 'head_lost');
}

/**
 * Opens the key beside the database; the log names it from the first use on. An embedded registry may continue with a
 * new key.
 */
async function signingIn(
  store: Store,
  folder: string,
  actor: string,
  onNarrowed: OnNarrowed,
): Promise<Signing> {
  try {
    return await openSigning(store, {
      keyFile: join(folder, IDENTITY_FILE),
      author: { actor, key: EMBEDDED_KEY },
      onNarrowed,
      isOnlyPlace: true,
      replacesLostKey: true,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
