/** A registry's URL and a key: turns a route of the contract into one checked call. */
import type * as z from 'zod';
import { HEADER, MEDIA } from '../contract/headers.ts';
import { pathOf, ROUTES, type Route, type RouteName } from '../contract/routes.ts';
import { EMBEDDED_ORIGIN, parseEmbeddedCredential } from '../core/embedded.ts';
import { parseKey } from '../core/key.ts';
import { Problem } from '../core/problem.ts';
import { parseRegistryUrl, shownUrl } from './address.ts';
import { readJson } from './answer.ts';
import {
  DEFAULT_RETRY,
  exchange,
  type RetryLimits,
  type SendRequest,
  type TransportResponse,
} from './transport.ts';
import { RegistryUnreachable } from './unreachable.ts';

export interface ConnectionOptions {
  /** `https://…`, or `http://` on this machine; with a path if the registry is below one. */
  readonly url: string;
  /** A whole key, or the embedded registry's credential; null for calls that need none (`health`). */
  readonly key: string | null;
  /** Sends a request: the embedded registry's `fetch`, or by default the global one. */
  readonly fetch?: SendRequest | undefined;
  /** The timeout of one attempt; default: 15 000 ms. */
  readonly timeoutMs?: number | undefined;
  readonly userAgent?: string | undefined;
  /** Called before each call: if it rejects, as while the registry is known to be unreachable, nothing is sent. */
  readonly before?: ((signal: AbortSignal | undefined) => Promise<void>) | undefined;
  readonly retry?: Partial<RetryLimits> | undefined;
  /** The limit of one response; default: 64 MiB. */
  readonly maxAnswerBytes?: number | undefined;
}

export interface RouteRequest {
  /** Values of the path's parameters. */
  readonly path?: Readonly<Record<string, string | number>>;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly ifNoneMatch?: string | undefined;
  /** True for a dry run of a writing route. */
  readonly changesNothing?: true;
  /** Added to the timeout of an attempt, for long polling. */
  readonly extraTimeMs?: number;
}

type Responses<R extends RouteName> = (typeof ROUTES)[R]['responses'];
/** The JSON of a route's response, for any status. */
export type JsonOf<R extends RouteName> = {
  [S in keyof Responses<R>]: Responses<R>[S] extends { readonly json: infer J extends z.ZodType }
    ? z.output<J>
    : never;
}[keyof Responses<R>];

/** Routes that change nothing although they are not GET. */
const READING: ReadonlySet<RouteName> = new Set(['batch', 'render']);

export class RegistryConnection {
  /** Without a trailing slash. */
  readonly url: string;
  readonly #base: URL;
  readonly #key: string | null;
  readonly #timeoutMs: number;
  readonly #userAgent: string | undefined;
  readonly #before: ConnectionOptions['before'];
  readonly #transport: Parameters<typeof exchange>[1];

  /**
   * @throws RegistryUnreachable `address_refused`
   * @throws Problem `key_malformed`
   */
  constructor(options: ConnectionOptions) {
    this.#base = parseRegistryUrl(options.url);
    this.url = this.#base.href.replace(/\/+$/, '');
    this.#key = options.key === null ? null : checkCredential(options.key, this.#base);
    this.#timeoutMs = options.timeoutMs ?? 15_000;
    this.#userAgent = options.userAgent;
    this.#before = options.before;
    this.#transport = {
      fetch: options.fetch ?? (request => globalThis.fetch(request)),
      retry: { ...DEFAULT_RETRY, ...options.retry },
      maxAnswerBytes: options.maxAnswerBytes ?? 64 * 1024 * 1024,
    };
  }

  /** Parses the response of a route. @throws Problem, RegistryUnreachable */
  async call<R extends RouteName>(
    route: R,
    call: RouteRequest = {},
    signal?: AbortSignal,
  ): Promise<JsonOf<R>> {
    return this.read(route, await this.send(route, call, signal), call);
  }

  /** The whole response of a route, not parsed yet. @throws RegistryUnreachable, Problem `key_missing` */
  async send(route: RouteName, call: RouteRequest, signal?: AbortSignal): Promise<TransportResponse> {
    const { method, role }: Route = ROUTES[route];
    if (role !== null && this.#key === null)
      throw new Problem(
        'key_missing',
        `No key is set for ${this.url}. Set the key of the environment first.`,
      );
    const reading = method === 'GET' || READING.has(route) || call.changesNothing === true;
    await this.#before?.(signal).catch((error: unknown) => {
      throw reading ? error : notSent(error, this.url);
    });
    return exchange(
      {
        method,
        url: this.#urlOf(route, call),
        headers: {
          accept: MEDIA.json,
          ...(role !== null && { authorization: `Bearer ${this.#key}` }),
          ...(this.#userAgent !== undefined && { 'user-agent': this.#userAgent }),
          ...(call.body !== undefined && { 'content-type': MEDIA.json }),
          ...(call.idempotencyKey !== undefined && { [HEADER.idempotencyKey]: call.idempotencyKey }),
          ...(call.ifNoneMatch !== undefined && { 'if-none-match': call.ifNoneMatch }),
        },
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        changing: !reading,
        repeatable: reading || method === 'PUT' || call.idempotencyKey !== undefined,
        timeoutMs: this.#timeoutMs + (call.extraTimeMs ?? 0),
        ...(signal !== undefined && { signal }),
      },
      this.#transport,
    );
  }

  /**
   * Parses the response of a route.
   * @throws Problem
   * @throws RegistryUnreachable `not_a_registry`, `older_api`, `newer_api`, `unavailable`, `wrong_shape`
   */
  read<R extends RouteName>(route: R, answer: TransportResponse, call: RouteRequest = {}): JsonOf<R> {
    const { responses }: Route = ROUTES[route];
    const schemas: Record<number, z.ZodType> = {};
    for (const [status, { json }] of Object.entries(responses)) {
      if (json !== undefined) schemas[Number(status)] = json;
    }
    return readJson(answer, this.shownUrlOf(route, call), schemas) as JsonOf<R>;
  }

  /** The part of a call's URL that may appear in messages. */
  shownUrlOf(route: RouteName, call: RouteRequest = {}): string {
    return shownUrl(this.#urlOf(route, call));
  }

  /** @throws Problem `invalid_request` if a parameter would lead to a path outside the route's. */
  #urlOf(route: RouteName, call: RouteRequest): URL {
    const url = new URL(this.#base);
    const path = this.#base.pathname.replace(/\/$/, '') + pathOf(ROUTES[route], call.path);
    url.pathname = path;
    if (url.pathname !== path)
      throw new Problem(
        'invalid_request',
        `"${Object.values(call.path ?? {}).join(', ')}" cannot be part of a URL.`,
      );
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }
}

/** Marks an error that prevented a change from being sent: the registry never received it. */
function notSent(error: unknown, url: string): unknown {
  const isUnreachable = RegistryUnreachable.is(error);
  if (!isUnreachable && !Problem.is(error)) return error;
  return new RegistryUnreachable(
    isUnreachable ? error.reason : 'unavailable',
    isUnreachable ? error.url : url,
    `${error.message} Nothing was changed.`,
    { cause: error, neverArrived: true, technical: isUnreachable ? error.technical : '' },
  );
}

/** @throws Problem `key_malformed`: anything else may be a secret for another service, and is never sent. */
function checkCredential(credential: string, base: URL): string {
  if (base.origin === EMBEDDED_ORIGIN && parseEmbeddedCredential(credential) !== undefined) return credential;
  return parseKey(credential).key;
}
