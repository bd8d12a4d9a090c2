/**
 * Delivery: from a request line and its headers to an answer. Applications ask this all day, so an answer that was
 * given once is given again from memory, as long as nothing was committed since.
 */
import { hash } from 'node:crypto';
import { MEDIA } from '../../contract/headers.ts';
import { type Delivery, deliveryQuery } from '../../contract/prompts.ts';
import { type PromptName, parsePromptName } from '../../core/name.ts';
import { versionReference } from '../../core/version.ts';
import type { Authenticator } from '../access/authenticator.ts';
import type { Caller } from '../access/caller.ts';
import { negotiate } from '../http/accept.ts';
import { type Answer, problemAnswer, problemOf } from '../http/answer.ts';
import { noneMatchFails } from '../http/conditional.ts';
import { parseQuery } from '../http/query.ts';
import type { Kept, Memory, Places } from '../memory.ts';
import type { Integrity } from '../proof/integrity.ts';
import type { Store } from '../store/store.ts';
import { chooseVersion, type Wanted } from './choose-version.ts';
import type { Contents } from './content.ts';
import type { DeliveredVersion } from './headers.ts';
import { type PreparedDelivery, preparedDelivery } from './prepared.ts';

export interface DeliveryRequest {
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** https://www.w3.org/TR/trace-context/ */
  readonly traceparent?: string | undefined;
}

/** At once where memory has the answer. Never throws: a problem is an answer. */
export type Deliver = (request: DeliveryRequest) => Answer | Promise<Answer>;

type Representation = 'text/plain' | 'application/json';
const REPRESENTATIONS = ['text/plain', 'application/json'] as const;

export interface DeliveryParts {
  readonly store: Store;
  readonly memory: Memory;
  readonly integrity: Integrity;
  readonly authenticator: Authenticator;
  readonly contents: Contents;
  /** A value as JSON, for a key. */
  readonly json: (value: unknown, key: string) => Promise<string | Buffer>;
  /** Told of what is a fault of the registry. */
  readonly onFault: (error: unknown, request: DeliveryRequest) => void;
  /** Told who asks, once a request. What it throws is the answer. */
  readonly onCaller?: (request: DeliveryRequest, caller: Caller) => void;
  /** Told where the answer came from. */
  readonly onDelivered?: (from: 'memory' | 'database') => void;
}

export function delivery(parts: DeliveryParts): Deliver {
  const { store, memory, integrity, authenticator, contents, json, onFault, onCaller, onDelivered } = parts;
  return request => {
    try {
      const kept = memory.present();
      const caller = kept && authenticator.recognize(request.authorization, kept);
      const known = caller && placesOf(kept, caller, request.accept).get(request.target);
      if (caller === undefined || known === undefined) return fromStore(request);
      onCaller?.(request, caller);
      onDelivered?.('memory');
      return answerFrom(known, request.ifNoneMatch);
    } catch (error) {
      return failed(error, request);
    }
  };

  async function fromStore(request: DeliveryRequest): Promise<Answer> {
    try {
      const caller = await authenticator.authenticate(request.authorization);
      onCaller?.(request, caller);
      const representation = negotiate(request.accept, REPRESENTATIONS);
      const { name, wanted } = parseTarget(request.target);
      const { kept, keepDelivery } = await memory.load();
      const places = placesOf(kept, caller, request.accept);
      const known = places.get(request.target);
      onDelivered?.(known === undefined ? 'database' : 'memory');
      if (known !== undefined) return answerFrom(known, request.ifNoneMatch);
      // What is not in memory is read from a log that must be as it was before.
      integrity.checkIntact();
      const prepared = await prepare(caller, name, wanted, representation);
      integrity.checkIntact();
      keepDelivery(places, request.target, name, prepared);
      return answerFrom(prepared, request.ifNoneMatch);
    } catch (error) {
      return failed(error, request);
    }
  }

  function failed(error: unknown, request: DeliveryRequest): Answer {
    const problem = problemOf(error);
    if (problem.code === 'internal_error') onFault(error, request);
    return problemAnswer(problem);
  }

  async function prepare(
    { environment, key }: Caller,
    prompt: PromptName,
    wanted: Wanted,
    representation: Representation,
  ): Promise<PreparedDelivery> {
    const { chosen, prepareContent } = await store.read(async snapshot => {
      const chosen = await chooseVersion(snapshot, environment, prompt, wanted);
      return { chosen, prepareContent: await contents(snapshot, prompt, chosen.version) };
    });
    const content = await prepareContent(key);
    const delivered: DeliveredVersion = { ...chosen, prompt, environment, ...content };
    const { template, metadata, digest, partials } = content;
    if (representation === 'text/plain') {
      // With partials the same source may mean different texts, so its digest alone does not name this one.
      const etag = partials.size === 0 ? `"${digest}"` : `"${digest}-${shortHash(template)}"`;
      return preparedDelivery(delivered, etag, MEDIA.text, template);
    }
    const reference = versionReference(prompt, chosen.version);
    const { version, channel } = chosen;
    const body = { name: prompt, version, reference, digest, environment, channel, template, metadata };
    const text = await json(body satisfies Delivery, key);
    return preparedDelivery(delivered, `"${digest}-${shortHash(text)}"`, MEDIA.json, text);
  }
}

function answerFrom({ etag, whole, notModified }: PreparedDelivery, ifNoneMatch: string | undefined): Answer {
  return ifNoneMatch !== undefined && noneMatchFails(ifNoneMatch, etag) ? notModified : whole;
}

/** What is kept for a caller who accepts this, by target. */
function placesOf({ deliveries }: Kept, { environment }: Caller, accept: string | undefined): Places {
  const representation = accept === undefined ? 'text/plain' : negotiate(accept, REPRESENTATIONS);
  const byEnvironment = deliveries[representation];
  const known = byEnvironment.get(environment);
  if (known !== undefined) return known;
  const places = new Map<string, PreparedDelivery>();
  byEnvironment.set(environment, places);
  return places;
}

function shortHash(text: string | Buffer): string {
  return hash('sha256', text, 'hex').slice(0, 16);
}

const PREFIX = '/v1/prompts/';

/** @throws Problem `invalid_name`, `invalid_request` */
function parseTarget(target: string): { name: PromptName; wanted: Wanted } {
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const wanted = parseQuery(deliveryQuery, question < 0 ? '' : target.slice(question + 1));
  return { name: parseNameInPath(path.slice(PREFIX.length)), wanted };
}

/** A name as it stands in a path, percent-encoding undone. @throws Problem `invalid_name` */
export function parseNameInPath(text: string): PromptName {
  if (!text.includes('%')) return parsePromptName(text);
  try {
    return parsePromptName(decodeURIComponent(text));
  } catch (error) {
    // What cannot be decoded is refused by the grammar: "%" is no character of a name.
    if (error instanceof URIError) return parsePromptName(text);
    throw error;
  }
}

/** Whether a path is one of delivery: a prompt's name with nothing after it. */
export function isDeliveryPath(target: string): boolean {
  if (!target.startsWith(PREFIX) || target.length === PREFIX.length) return false;
  const question = target.indexOf('?');
  const beyond = target.indexOf('/-/');
  if (beyond >= 0 && (question < 0 || beyond < question)) return false;
  return target.charCodeAt(PREFIX.length) !== QUESTION_MARK;
}
const QUESTION_MARK = 63;
