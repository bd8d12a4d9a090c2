/** One call of the API, checked and typed, as its handler gets it. */
import type * as z from 'zod';
import type { ROUTES, RouteName } from '../../contract/routes.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { AuthorizedWrite } from '../access/authorized-write.ts';
import type { Caller } from '../access/caller.ts';
import type { DraftAccess } from '../access/drafts.ts';
import type { Contents } from '../delivery/content.ts';
import type { Deliver } from '../delivery/deliver.ts';
import type { RegistryIdentity } from '../identity.ts';
import type { Integrity } from '../proof/integrity.ts';
import type { Signer } from '../proof/signer.ts';
import type { LogWatchState } from '../proof/watch.ts';
import type { SearchIndex } from '../search/search-index.ts';
import type { Store } from '../store/store.ts';
import type { Asker } from '../workers/worker-pool.ts';
import type { ChangesFeed } from './changes-feed.ts';
import type { HttpRequest } from './http-request.ts';
import type { HttpResponse } from './http-response.ts';
import type { Repeatable } from './idempotency.ts';
import type { MovesFeed } from './moves-feed.ts';
import type { Streams } from './streams.ts';
import type { WorkerTasks } from './work.ts';

/** The state of a process. */
export interface ProcessStatus {
  /** How far the log is verified. */
  readonly log: () => LogWatchState['status'] | 'unverified';
  /** Returns whether it was asked to stop, and should get no more requests. */
  readonly stopping: () => boolean;
  /** Absent where nobody measures. */
  readonly metrics?: {
    /** Prometheus' text: of the process alone, or of what all its registry's keys do as well. */
    readonly text: (of: 'process' | 'registry') => Promise<string>;
    /** True if others than this machine could ask for it. */
    readonly needsKey: boolean;
  };
}

interface ParameterTypes {
  readonly name: PromptName;
  readonly n: VersionNumber;
  readonly id: string;
  readonly environment: EnvironmentName;
}
type ParameterNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterNames<Rest>
  : never;
type Routes = typeof ROUTES;
type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

export interface RouteContext<Name extends RouteName = RouteName> {
  /** To read from, and to wait for: a call writes by `write` alone. */
  readonly store: Omit<Store, 'write'>;
  /** Rejects when the key does not allow the call any more, as of the commit. */
  readonly write: AuthorizedWrite;
  readonly contents: Contents;
  /** Who may read the text of what was not released. */
  readonly drafts: DraftAccess;
  readonly work: WorkerTasks;
  readonly searchIndex: SearchIndex;
  readonly streams: Streams;
  readonly integrity: Integrity;
  readonly signer: Signer;
  /** Null where the registry has none. */
  readonly identity: RegistryIdentity | null;
  /** Null where nobody sends webhooks. */
  readonly webhooksToPrivateNetworks: boolean | null;
  /** Where people reach the registry, without a slash at its end; null where it was not told. */
  readonly publicUrl: string | null;
  readonly standing: ProcessStatus;
  /** Null where the route asks for no key. */
  readonly caller: Routes[Name] extends { keyBeyondItsMachine: true }
    ? Caller | null
    : Routes[Name]['role'] extends null
      ? null
      : Caller;
  readonly parameters: Pick<ParameterTypes, ParameterNames<Routes[Name]['path']> & keyof ParameterTypes>;
  readonly query: OutputOf<Routes[Name] extends { query: infer Schema } ? Schema : undefined>;
  readonly body: OutputOf<Routes[Name] extends { body: infer Schema } ? Schema : undefined>;
  /** As it arrived; empty where the route takes none. */
  readonly bytes: Uint8Array;
  readonly request: HttpRequest;
  readonly repeatable: Repeatable;
  /** For an answer that came long after the request: @throws Problem when the key does not allow the call any more. */
  readonly reauthenticate: () => Promise<void>;
  /** Whom work is done for: until the caller has gone. */
  readonly asker: () => Asker;
  /** Delivers a prompt as a request of its own would. */
  readonly deliver: Deliver;
  /** To wait until a channel of an environment moves. */
  readonly moves: MovesFeed;
  /** To wait for what the log has next. */
  readonly feed: ChangesFeed;
  /** Aborts when whoever asked is gone, or the process closes. */
  readonly ended: () => AbortSignal;
}

export type Handler<Name extends RouteName> = (call: RouteContext<Name>) => Promise<HttpResponse>;
