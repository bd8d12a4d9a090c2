/** Long-running tasks of requests, independent of the thread that runs them. */
import type { RouteName } from '../../contract/routes.ts';
import type { OccurrenceChange } from '../../core/changed-lines.ts';
import type { PromptName } from '../../core/name.ts';
import type { RenderRequest } from '../../core/render.ts';
import type { DeliveredContent, PreparedContent, StoredVersion } from '../delivery/content.ts';
import type { LangfuseWork } from '../delivery/langfuse-json.ts';
import type { ComparedVersion } from '../prompts/diff.ts';
import type { LinkOutcome, LinkRequest } from '../prompts/link-newest.ts';
import type { PreparedSource } from '../prompts/prepare-source.ts';
import type { Asker } from '../workers/worker-pool.ts';

/** In addition to its own errors, each throws Problem `queue_full` or `unavailable` if there are too many. */
export interface WorkerTasks {
  /** Parses a request's body by its route's schema. @throws Problem `invalid_request` */
  readBody(request: BodyRequest, asker: Asker): Promise<ReadBody>;
  prepareSource(request: SourceRequest, asker: Asker): Promise<PreparedSource>;
  linkNewest(request: LinkRequest, asker: Asker): Promise<LinkOutcome>;
  /** @throws Problem `invalid_source` */
  prepareContent(version: StoredVersion, asker: Asker): Promise<PreparedContent>;
  /** @throws Problem `invalid_source`, `missing_input`, `too_expensive`, `invalid_request` */
  render(request: RenderWork, asker: Asker): Promise<RenderedBody>;
  /** Like `langfuseJson`. @throws Problem `not_acceptable`, `too_expensive` */
  langfuse(request: LangfuseWork, asker: Asker): Promise<Text>;
  diff(request: DiffWork, asker: Asker): Promise<Text>;
  /** The line changes of each version. */
  changedLines(pairs: readonly VersionPair[], asker: Asker): Promise<string[]>;
  /** The change of a text by a version; undefined if there is none. */
  textChange(request: TextChangeWork, asker: Asker): Promise<OccurrenceChange | undefined>;
  /** A value as JSON. */
  json(value: unknown, asker: Asker): Promise<Text>;
}

/** Text; as UTF-8 if it is long. */
export type Text = string | Buffer;

export interface BodyRequest {
  readonly route: RouteName;
  readonly bytes: Uint8Array;
}

export interface ReadBody {
  /** The output of the route's schema. */
  readonly value: unknown;
}

export interface SourceRequest {
  readonly name: PromptName;
  readonly source: string;
}

export interface RenderWork
  extends Pick<RenderRequest, 'source' | 'label'>,
    Pick<DeliveredContent, 'partials'> {
  /** The request's body, as it arrived. */
  readonly body: Uint8Array;
  readonly type: 'text/plain' | 'application/json';
  /** Fields of the JSON response in addition to the messages. */
  readonly about: object;
}

export interface RenderedBody {
  readonly text: Text;
  /** A hash of the type and the text, in hexadecimal. */
  readonly hash: string;
}

export interface DiffWork {
  readonly name: PromptName;
  readonly from: ComparedVersion;
  readonly to: ComparedVersion;
  readonly type: 'text/x-diff' | 'application/json';
}

export interface VersionPair {
  /** The source of the version before; undefined for a first version. */
  readonly before: string | undefined;
  readonly after: string;
}

export interface TextChangeWork extends VersionPair {
  readonly text: string;
  readonly matchCase: boolean;
}
