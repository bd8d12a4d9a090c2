/**
 * A client for the registry: one typed method per call of the API, bound to one key and so to one environment. Every
 * response is checked against the contract; errors of the registry are `Problem`s, failures to reach it are
 * `RegistryUnreachable`. Calls that change nothing, use PUT, or have an Idempotency-Key are retried when the network or
 * the registry fails; every call takes an AbortSignal.
 */
import type * as z from 'zod';
import type { Changes } from '../contract/changes.ts';
import type { LineComment, LineCommentRequest, LineThread, ThreadPlace } from '../contract/comments.ts';
import type { Consistency } from '../contract/consistency.ts';
import type { CreatedKey, KeyRecord, keyRequest, keyRevocation, RevokedKey } from '../contract/keys.ts';
import type { Live } from '../contract/live.ts';
import type {
  OwnersChangeAnswer,
  OwnersChangeList,
  OwnersChangeRecord,
  OwnersChangeRequest,
  OwnersRecord,
} from '../contract/owners.ts';
import type { Comment, commentRequest, Promotion, PromotionRequest } from '../contract/promotions.ts';
import type {
  Delivery,
  PromptSummary,
  PublishRequest,
  publishResponse,
  renderRequest,
  Version,
} from '../contract/prompts.ts';
import type { Release, ReleaseAnswer, releaseRequest } from '../contract/releases.ts';
import type { Readiness } from '../contract/routes.ts';
import { SEARCH_INDEX_MS, type SearchPage } from '../contract/search.ts';
import type { Channel } from '../core/channel.ts';
import type { Checkpoint } from '../core/checkpoint.ts';
import type { Digest } from '../core/digest.ts';
import { type Environment, type EnvironmentName, type Policy, policyOf } from '../core/environment.ts';
import type { PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { type VersionNumber, type VersionReference, versionReference } from '../core/version.ts';
import { checkIsRegistry, wrongShape } from './answer.ts';
import { type ConnectionOptions, RegistryConnection } from './connection.ts';
import { batchesOf, checkAnswered, digestMismatch } from './fetched-versions.ts';
import type {
  Batch,
  ChangesQuery,
  CommentPage,
  ConsistencyQuery,
  DiffEnd,
  KeyPage,
  LineThreadPage,
  LineThreadQuery,
  LiveRequest,
  PageQuery,
  PromotionListQuery,
  PromotionPage,
  PromptListQuery,
  ReleaseListQuery,
  ReleasePage,
  RenderedMessages,
  VersionDiff,
  VersionIdentity,
  VersionPage,
  VersionSearchQuery,
} from './registry-queries.ts';
import type { TransportResponse } from './transport.ts';
import { RegistryUnreachable } from './unreachable.ts';
import type { VersionCache } from './version-cache.ts';

export interface RegistryClientOptions extends ConnectionOptions {
  /** Caches what never changes, so that fetched versions can be read without the registry. */
  readonly cache?: VersionCache;
}

const MAX_LIST_LIMIT = 500;
/** The number of deliveries to keep for their validators. */
const MAX_DELIVERIES = 200;

/** A channel or a version of a prompt; default: `stable`. */
interface Wanted {
  readonly channel?: Channel;
  readonly version?: VersionNumber;
}

export class RegistryClient {
  /** Without a trailing slash. */
  readonly url: string;
  readonly #connection: RegistryConnection;
  readonly #cache: VersionCache | undefined;
  readonly #deliveries = new Map<string, { etag: string; delivery: Delivery }>();

  /**
   * Sends nothing.
   * @throws RegistryUnreachable `address_refused` for a URL to which no key may be sent.
   * @throws Problem `key_malformed`
   */
  constructor(options: RegistryClientOptions) {
    this.#connection = new RegistryConnection(options);
    this.url = this.#connection.url;
    this.#cache = options.cache;
  }

  /** Resolves if a registry with this API answers at the URL; sends no key. */
  async health(signal?: AbortSignal): Promise<void> {
    await this.#connection.call('healthz', {}, signal);
  }

  /** The state of the server's process, such as whether it has verified its whole log. @throws Problem `unavailable` */
  readiness(signal?: AbortSignal): Promise<Readiness> {
    return this.#connection.call('readyz', {}, signal);
  }

  /** Returns the record of the key in use. @throws Problem `key_unknown`, `key_revoked`, `key_expired` … */
  currentKey(signal?: AbortSignal): Promise<KeyRecord> {
    return this.#connection.call('currentKey', {}, signal);
  }

  /** Every prompt by name, fetched page after page. */
  async *listPrompts(
    query: PromptListQuery = {},
    signal?: AbortSignal,
  ): AsyncGenerator<PromptSummary, void, undefined> {
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const call = { query: { ...query, limit: MAX_LIST_LIMIT, cursor } };
      const page = await this.#connection.call('listPrompts', call, signal);
      yield* page.data;
      cursor = page.nextCursor ?? undefined;
      if (cursor !== undefined && seen.has(cursor))
        throw wrongShape(
          this.#connection.shownUrlOf('listPrompts'),
          'its pages never end: a cursor comes back',
        );
      if (cursor !== undefined) seen.add(cursor);
    } while (cursor !== undefined);
  }

  /** Like `listPrompts`, as one list. */
  allPrompts(query: PromptListQuery = {}, signal?: AbortSignal): Promise<PromptSummary[]> {
    return Array.fromAsync(this.listPrompts(query, signal));
  }

  getPrompt(name: PromptName, signal?: AbortSignal): Promise<PromptSummary> {
    return this.#connection.call('getPrompt', { path: { name } }, signal);
  }

  /** One page of a prompt's history, newest first; from the cache if the registry cannot be reached. */
  async listVersions(name: PromptName, query: PageQuery = {}, signal?: AbortSignal): Promise<VersionPage> {
    const isNewest = query.cursor === undefined;
    try {
      const page = await this.#connection.call('listVersions', { path: { name }, query }, signal);
      const kept = page.data.filter(each => each.prompt === name);
      await this.#cache?.putHistory(this.url, name, kept, isNewest);
      return page;
    } catch (error) {
      const kept = isNewest && isAway(error) ? await this.#cache?.getHistory(this.url, name) : undefined;
      if (kept === undefined || kept.length === 0) throw error;
      return { data: [...kept], nextCursor: null };
    }
  }

  /** Versions that added or removed a text, newest first; one page, which may be empty even if another follows. */
  search(query: VersionSearchQuery, signal?: AbortSignal): Promise<SearchPage> {
    return this.#connection.call('search', { query, extraTimeMs: SEARCH_INDEX_MS }, signal);
  }

  /** One version with its source; from the cache if the registry cannot be reached. */
  async getVersion(name: PromptName, version: VersionNumber, signal?: AbortSignal): Promise<Version> {
    try {
      const call = { path: { name, n: version } };
      const found = await this.#connection.call('getVersion', call, signal);
      await this.#accept(found, { prompt: name, version }, this.#connection.shownUrlOf('getVersion', call));
      return found;
    } catch (error) {
      const kept = isAway(error)
        ? await this.#cache?.getVersion(this.url, versionReference(name, version))
        : undefined;
      if (kept === undefined) throw error;
      return kept;
    }
  }

  /**
   * Up to 500 versions with source, in the requested order; `missing` has unknown references. The size of a response is
   * limited: the rest is requested in further calls.
   */
  async batch(references: readonly VersionReference[], signal?: AbortSignal): Promise<Batch> {
    const url = this.#connection.shownUrlOf('batch');
    const data: Version[] = [];
    const missing: string[] = [];
    let wanted: readonly string[] = [...new Set(references)];
    while (wanted.length > 0) {
      const answer = await this.#connection.call('batch', { body: { refs: wanted } }, signal);
      const asked = new Set(wanted);
      for (const found of answer.data) {
        const reference = versionReference(found.prompt, found.version);
        if (!asked.delete(reference)) throw wrongShape(url, `${reference} was not asked for`);
        await this.#accept(found, {}, url);
        data.push(found);
      }
      for (const reference of [...answer.missing, ...answer.remaining])
        if (!asked.delete(reference)) throw wrongShape(url, `${reference.slice(0, 60)} was not asked for`);
      const [forgotten] = asked;
      if (forgotten !== undefined) throw wrongShape(url, `it says nothing of ${forgotten}`);
      if (answer.remaining.length === wanted.length) throw wrongShape(url, 'it never comes to an end');
      missing.push(...answer.missing);
      wanted = answer.remaining;
    }
    return { data, missing };
  }

  /** A version's source; sends no request if the cache has its digest. @throws RegistryUnreachable `digest_mismatch` */
  async getSource(of: VersionIdentity, signal?: AbortSignal): Promise<string> {
    const sources = await this.getSources([of], signal);
    const source = sources.get(of.digest);
    if (source !== undefined) return source;
    const found = await this.getVersion(of.prompt, of.version, signal); // reports why the batch lacks it
    if (found.digest !== of.digest) throw digestMismatch(found, this.url);
    return found.source;
  }

  /**
   * The sources of many versions by digest, from the cache or in batches. Versions that the registry does not have are
   * left out. `onProgress` gets the number of available ones.
   * @throws RegistryUnreachable `digest_mismatch`
   */
  async getSources(
    of: readonly VersionIdentity[],
    signal?: AbortSignal,
    onProgress?: (done: number) => void,
  ): Promise<Map<Digest, string>> {
    const sources = new Map<Digest, string>();
    const wanted: VersionIdentity[] = [];
    for (const identity of of) {
      const kept = await this.#cache?.getSource(identity.digest);
      if (kept === undefined) wanted.push(identity);
      else sources.set(identity.digest, kept);
    }
    for (const part of batchesOf(wanted)) {
      const promised = new Map(part.map(each => [versionReference(each.prompt, each.version), each.digest]));
      const { data } = await this.batch([...promised.keys()], signal);
      for (const found of data) {
        const digest = promised.get(versionReference(found.prompt, found.version));
        if (digest !== found.digest) throw digestMismatch(found, this.#connection.shownUrlOf('batch'));
        sources.set(found.digest, found.source);
      }
      onProgress?.(sources.size);
    }
    return sources;
  }

  /** The unified diff of two versions, and the versions that `from` and `to` resolve to. */
  diff(name: PromptName, from: DiffEnd, to: DiffEnd, signal?: AbortSignal): Promise<VersionDiff> {
    return this.#connection.call('diff', { path: { name }, query: { from, to } }, signal);
  }

  /**
   * Returns the version that was live on a channel at an instant (RFC 3339; default: now), the promotion that made it
   * live, and until when it was.
   * @throws Problem `not_live_yet` with `details.firstLiveAt`, `prompt_not_found`, `environment_not_found`
   */
  live(name: PromptName, query: LiveRequest, signal?: AbortSignal): Promise<Live> {
    return this.#connection.call('live', { path: { name }, query }, signal);
  }

  /**
   * Publishes a version. `created` is false if the newest version already had this source.
   * @param idempotencyKey the same for every attempt at one publication; generated by default.
   * @throws Problem `base_outdated` with `details.newest`, `invalid_source`, `publishing_not_allowed` …
   */
  async publish(
    name: PromptName,
    request: PublishRequest,
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<{ readonly version: Version; readonly created: boolean }> {
    const call = { path: { name }, body: request, idempotencyKey };
    const answer = await this.#connection.send('publish', call, signal);
    const version = this.#connection.read('publish', answer, call);
    const url = this.#connection.shownUrlOf('publish', call);
    if (version.source !== request.source)
      throw wrongShape(url, 'the version has another source than was sent');
    await this.#accept(version, { prompt: name }, url);
    return { version, created: answer.status === 201 };
  }

  /**
   * Dry run of `publish`: returns its response, but writes nothing. The version number is the one it would get now.
   * @throws Problem as `publish`; `invalid_request` from a registry of an earlier release, which has no dry run
   */
  async tryPublish(
    name: PromptName,
    request: PublishRequest,
    signal?: AbortSignal,
  ): Promise<{ readonly version: Version; readonly created: boolean }> {
    const query = { dryRun: true };
    const call = { path: { name }, query, body: request, changesNothing: true } as const;
    const answer: z.infer<typeof publishResponse> = await this.#connection.call('publish', call, signal);
    const { wouldCreate, ...version } = answer;
    const url = this.#connection.shownUrlOf('publish', call);
    if (wouldCreate === undefined) throw wrongShape(url, 'it does not say what a dry run came to');
    // Not cached, because there is no such version yet.
    checkAnswered(version, { prompt: name }, url);
    return { version, created: wouldCreate };
  }

  /**
   * Moves a pointer by compare-and-set; the response's `state` is `applied`, `pending` when it waits for approvals, or
   * `planned` when it waits for its `effectiveAt`.
   * @throws Problem `pointer_moved` with `details.current`, `already_live`, `not_promoted_from` …
   */
  promote(
    name: PromptName,
    request: PromotionRequest,
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<Promotion> {
    return this.#connection.call('promote', { path: { name }, body: request, idempotencyKey }, signal);
  }

  /** One page of promotions, newest first. */
  listPromotions(query: PromotionListQuery = {}, signal?: AbortSignal): Promise<PromotionPage> {
    return this.#connection.call('listPromotions', { query }, signal);
  }

  getPromotion(id: string, signal?: AbortSignal): Promise<Promotion> {
    return this.#connection.call('getPromotion', { path: { id } }, signal);
  }

  /**
   * Approves a promotion that somebody else requested; the response's `state` is `applied`, `planned`, or still
   * `pending`.
   * @throws Problem `self_approval`, `already_approved`, `promotion_closed`, `pointer_moved` with `details.current` …
   */
  approve(
    id: string,
    comment = '',
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<Promotion> {
    return this.#connection.call('approve', { path: { id }, body: { comment }, idempotencyKey }, signal);
  }

  /** @throws Problem `promotion_closed` … */
  reject(
    id: string,
    comment = '',
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<Promotion> {
    return this.#connection.call('reject', { path: { id }, body: { comment }, idempotencyKey }, signal);
  }

  /** Cancels a pending promotion. @throws Problem `promotion_closed`, `role_too_low` … */
  cancel(
    id: string,
    comment = '',
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<Promotion> {
    return this.#connection.call('cancel', { path: { id }, body: { comment }, idempotencyKey }, signal);
  }

  /**
   * Promotes versions of several prompts under one id; the response has the result for each.
   * @throws Problem if an atomic release is refused, with `details.refused`
   */
  promoteRelease(
    request: z.input<typeof releaseRequest>,
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<ReleaseAnswer> {
    return this.#connection.call('promoteRelease', { body: request, idempotencyKey }, signal);
  }

  /** One page of releases, newest first, without their promotions. */
  listReleases(query: ReleaseListQuery = {}, signal?: AbortSignal): Promise<ReleasePage> {
    return this.#connection.call('listReleases', { query }, signal);
  }

  getRelease(id: string, signal?: AbortSignal): Promise<Release> {
    return this.#connection.call('getRelease', { path: { id } }, signal);
  }

  /** Approves, rejects or cancels the pending promotions of a release. @throws Problem with `details.refused` if nothing was done */
  decideRelease(
    action: 'approve' | 'reject' | 'cancel',
    id: string,
    comment = '',
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<ReleaseAnswer> {
    return this.#connection.call(
      `${action}Release`,
      { path: { id }, body: { comment }, idempotencyKey },
      signal,
    );
  }

  /** The pending changes of owners in all environments. */
  listOwnersChanges(signal?: AbortSignal): Promise<OwnersChangeList> {
    return this.#connection.call('listOwnersChanges', {}, signal);
  }

  /** The owners of prompts in an environment, and their pending change. @throws Problem `environment_not_found` */
  getOwners(environment: EnvironmentName, signal?: AbortSignal): Promise<OwnersRecord> {
    return this.#connection.call('getOwners', { path: { environment } }, signal);
  }

  /** @throws Problem `owners_changed`, `owners_locked_out`, `invalid_request` with the lines that are wrong */
  requestOwners(
    environment: EnvironmentName,
    request: OwnersChangeRequest,
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<OwnersChangeAnswer> {
    return this.#connection.call(
      'requestOwners',
      { path: { environment }, body: request, idempotencyKey },
      signal,
    );
  }

  /** Approves, rejects or cancels a pending change. @throws Problem `owners_change_closed`, `self_approval` … */
  decideOwners(
    action: 'approve' | 'reject' | 'cancel',
    environment: EnvironmentName,
    id: string,
    comment = '',
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<OwnersChangeRecord> {
    return this.#connection.call(
      `${action}Owners`,
      { path: { environment, id }, body: { comment }, idempotencyKey },
      signal,
    );
  }

  /** One page of a promotion's review comments, oldest first. */
  listComments(id: string, query: PageQuery = {}, signal?: AbortSignal): Promise<CommentPage> {
    return this.#connection.call('listComments', { path: { id }, query }, signal);
  }

  /** Comments on a promotion, or on a line of one side's source. */
  comment(
    id: string,
    request: z.input<typeof commentRequest>,
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<Comment> {
    return this.#connection.call('comment', { path: { id }, body: request, idempotencyKey }, signal);
  }

  /** One page of the threads of a prompt, the newest version first; a page may be empty although another follows. */
  listThreads(name: PromptName, query: LineThreadQuery = {}, signal?: AbortSignal): Promise<LineThreadPage> {
    return this.#connection.call('listThreads', { path: { name }, query }, signal);
  }

  /** Comments on a line of a version. @throws Problem `prompt_archived`, `version_not_released` … */
  addComment(
    name: PromptName,
    request: LineCommentRequest,
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<LineComment> {
    return this.#connection.call('addComment', { path: { name }, body: request, idempotencyKey }, signal);
  }

  /** Edits the caller's own comment. @throws Problem `role_too_low`, `promotion_closed` … */
  editComment(name: PromptName, id: string, text: string, signal?: AbortSignal): Promise<LineComment> {
    return this.#connection.call('editComment', { path: { name, id }, body: { text } }, signal);
  }

  /** Hides a comment; the registry keeps its text. @throws Problem `role_too_low`, `promotion_closed` … */
  deleteComment(
    name: PromptName,
    id: string,
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<LineComment> {
    return this.#connection.call('deleteComment', { path: { name, id }, idempotencyKey }, signal);
  }

  /** Marks the comments at a line as resolved, or reopens them. @throws Problem `comment_not_found` … */
  resolveThread(
    name: PromptName,
    place: ThreadPlace,
    resolved: boolean,
    signal?: AbortSignal,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<LineThread> {
    const route = resolved ? 'resolveThread' : 'unresolveThread';
    return this.#connection.call(route, { path: { name }, body: place, idempotencyKey }, signal);
  }

  archive(name: PromptName, reason: string, signal?: AbortSignal): Promise<PromptSummary> {
    return this.#connection.call('archive', { path: { name }, body: { reason } }, signal);
  }

  restore(name: PromptName, reason: string, signal?: AbortSignal): Promise<PromptSummary> {
    return this.#connection.call('restore', { path: { name }, body: { reason } }, signal);
  }

  /** The end of the log, signed by the registry. `readLog` requests and verifies it. */
  checkpoint(signal?: AbortSignal): Promise<Checkpoint> {
    return this.#connection.call('checkpoint', {}, signal);
  }

  /** The events from one head of the log to another, or the first thousand of them. `witnessed` checks them. */
  consistency(query: ConsistencyQuery, signal?: AbortSignal): Promise<Consistency> {
    return this.#connection.call('consistency', { query }, signal);
  }

  /** One page of the event log after a cursor; with `wait` (seconds), the registry waits for new events. */
  changes(query: ChangesQuery = {}, signal?: AbortSignal): Promise<Changes> {
    return this.#connection.call('changes', { query, extraTimeMs: (query.wait ?? 0) * 1000 }, signal);
  }

  /** All environments and their policies, in promotion order. */
  async listEnvironments(signal?: AbortSignal): Promise<Environment[]> {
    const { data } = await this.#connection.call('listEnvironments', {}, signal);
    return data.map(({ name, policy }) => ({ name, policy: policyOf(policy) }));
  }

  async putEnvironment(name: EnvironmentName, policy: Policy, signal?: AbortSignal): Promise<Environment> {
    const call = { path: { environment: name }, body: policy };
    const set = await this.#connection.call('putEnvironment', call, signal);
    return { name: set.name, policy: policyOf(set.policy) };
  }

  listKeys(query: PageQuery = {}, signal?: AbortSignal): Promise<KeyPage> {
    return this.#connection.call('listKeys', { query }, signal);
  }

  /** Only this response contains the key; the request is never retried. */
  createKey(request: z.input<typeof keyRequest>, signal?: AbortSignal): Promise<CreatedKey> {
    return this.#connection.call('createKey', { body: request }, signal);
  }

  /** @param revocation true to also revoke the keys that it created */
  revokeKey(
    id: string,
    revocation: z.input<typeof keyRevocation> = {},
    signal?: AbortSignal,
  ): Promise<RevokedKey> {
    return this.#connection.call('revokeKey', { path: { id }, body: revocation }, signal);
  }

  /** Fetches a delivery: a channel (`stable` by default) or a version. A repeated request is validated by its ETag. */
  async deliver(name: PromptName, what: Wanted = {}, signal?: AbortSignal): Promise<Delivery> {
    return (await this.deliverWithMaxAge(name, what, signal)).delivery;
  }

  /** Like `deliver`, with the seconds for which an application may cache the response (RFC 9111 `max-age`). */
  async deliverWithMaxAge(
    name: PromptName,
    what: Wanted = {},
    signal?: AbortSignal,
  ): Promise<{ readonly delivery: Delivery; readonly maxAge: number }> {
    const id = JSON.stringify([name, what.channel ?? null, what.version ?? null]);
    const kept = this.#deliveries.get(id);
    const call = { path: { name }, query: { ...what }, ifNoneMatch: kept?.etag };
    const answer = await this.#connection.send('deliver', call, signal);
    const url = this.#connection.shownUrlOf('deliver', call);
    if (answer.status === 304 && kept !== undefined) {
      checkIsRegistry(answer, url);
      return { delivery: kept.delivery, maxAge: maxAgeOf(answer) };
    }
    const delivery = this.#connection.read('deliver', answer, call);
    if (delivery.name !== name) throw wrongShape(url, `it delivers "${delivery.name}"`);
    this.#deliveries.delete(id);
    const etag = answer.headers.get('etag');
    if (etag !== null) this.#deliveries.set(id, { etag, delivery });
    for (const oldest of this.#deliveries.keys()) {
      if (this.#deliveries.size <= MAX_DELIVERIES) break;
      this.#deliveries.delete(oldest);
    }
    return { delivery, maxAge: maxAgeOf(answer) };
  }

  /** A prompt rendered by the registry with an input. @throws Problem `missing_input` with `details.missing` */
  render(
    name: PromptName,
    request: z.input<typeof renderRequest>,
    signal?: AbortSignal,
  ): Promise<RenderedMessages> {
    return this.#connection.call('render', { path: { name }, body: request }, signal);
  }

  /** Caches a version. @throws RegistryUnreachable if it is not the requested one or does not match its digest */
  async #accept(found: Version, asked: Partial<Version>, url: string): Promise<void> {
    checkAnswered(found, asked, url);
    await this.#cache?.putVersion(this.url, found);
  }
}

/** In seconds; 0 if the response has none. */
function maxAgeOf({ headers }: Pick<TransportResponse, 'headers'>): number {
  return Number(/\bmax-age=(\d{1,9})/i.exec(headers.get('cache-control') ?? '')?.[1] ?? 0);
}

/** True if the registry cannot be reached, or reports that it cannot serve. */
function isAway(error: unknown): boolean {
  return RegistryUnreachable.isAbsent(error) || Problem.is(error, 'unavailable');
}
