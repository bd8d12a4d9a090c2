/** An API call, checked and typed, for its handler. */
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
  /** The state of the verification of the log. */
  readonly log: () => LogWatchState['status'] | 'unverified';
  /** Returns whether the process is stopping and should get no more requests. */
  readonly stopping: () => boolean;
  /** Undefined if there are no metrics. */
  readonly metrics?: {
    /** The metrics in Prometheus' text format: of the process, or also of the whole registry. */
    readonly text: (of: 'process' | 'registry') => Promise<string>;
    /** True if other machines can reach the endpoint. */
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
  /** For reading and waiting: calls write only through `write`. */
  readonly store: Omit<Store, 'write'>;
  /** Rejects if the key no longer allows the call at the time of the commit. */
  readonly write: AuthorizedWrite;
  readonly contents: Contents;
  /** Decides who may read versions that were not released. */
  readonly drafts: DraftAccess;
  readonly work: WorkerTasks;
  readonly searchIndex: SearchIndex;
  readonly streams: Streams;
  readonly integrity: Integrity;
  readonly signer: Signer;
  /** Null if the registry has none. */
  readonly identity: RegistryIdentity | null;
  /** Null if webhooks are not sent. */
  readonly webhooksToPrivateNetworks: boolean | null;
  /** The registry's address for people, without a trailing slash; null if it is not configured. */
  readonly publicUrl: string | null;
  readonly standing: ProcessStatus;
  /** Null if the route needs no key. */
  readonly caller: Routes[Name] extends { keyBeyondItsMachine: true }
    ? Caller | null
    : Routes[Name]['role'] extends null
      ? null
      : Caller;
  readonly parameters: Pick<ParameterTypes, ParameterNames<Routes[Name]['path']> & keyof ParameterTypes>;
  readonly query: OutputOf<Routes[Name] extends { query: infer Schema } ? Schema : undefined>;
  readonly body: OutputOf<Routes[Name] extends { body: infer Schema } ? Schema : undefined>;
  /** As it arrived; empty if the route has no body. */
  readonly bytes: Uint8Array;
  readonly request: HttpRequest;
  readonly repeatable: Repeatable;
  /** For answers long after the request. @throws Problem if the key no longer allows the call */
  readonly reauthenticate: () => Promise<void>;
  /** The client that work is done for, until it has gone. */
  readonly asker: () => Asker;
  /** Delivers a prompt as if it were requested alone. */
  readonly deliver: Deliver;
  /** Waits until a channel of an environment moves. */
  readonly moves: MovesFeed;
  /** Waits for the next events of the log. */
  readonly feed: ChangesFeed;
  /** Aborts when the client has gone or the process closes. */
  readonly ended: () => AbortSignal;
}

export type Handler<Name extends RouteName> = (call: RouteContext<Name>) => Promise<HttpResponse>;
