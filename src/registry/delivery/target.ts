/** Parses a request line into the requested delivery. Each delivery has one canonical target, however it is spelled. */
import { LRUCache } from 'lru-cache';
import { langfuseQuery, PRODUCTION_LABEL } from '../../contract/langfuse.ts';
import { deliveryQuery } from '../../contract/prompts.ts';
import { STABLE } from '../../core/channel.ts';
import { type PromptName, parsePromptName } from '../../core/name.ts';
import { parseQuery } from '../http/query.ts';
import type { WantedVersion } from './choose-version.ts';

export interface DeliveryTarget {
  readonly prompt: PromptName;
  readonly wanted: WantedVersion;
}

const PREFIX = '/v1/prompts/';
const LANGFUSE_PREFIX = '/api/public/v2/prompts/';
const QUESTION_MARK = 63;

/** Returns true for a path of a delivery: a prompt's name with nothing after it. */
export function isDeliveryPath(target: string): boolean {
  return isNameAfter(PREFIX, target) || isLangfusePath(target);
}

/** Returns true if the target requests the prompt in Langfuse's format. */
export function isLangfusePath(target: string): boolean {
  return isNameAfter(LANGFUSE_PREFIX, target);
}

function isNameAfter(prefix: string, target: string): boolean {
  if (!target.startsWith(prefix) || target.length === prefix.length) return false;
  const question = target.indexOf('?');
  const beyond = target.indexOf('/-/');
  if (beyond >= 0 && (question < 0 || beyond < question)) return false;
  return target.charCodeAt(prefix.length) !== QUESTION_MARK;
}

/** @param target path and query as in the request line. @throws Problem `invalid_name`, `invalid_request` */
export function parseTarget(target: string): DeliveryTarget {
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const query = question < 0 ? '' : target.slice(question + 1);
  if (!isLangfusePath(target))
    return { wanted: parseWanted(query), prompt: parseNameInPath(path.slice(PREFIX.length)) };
  const { label, version } = parseQuery(langfuseQuery, query);
  const channel = label === PRODUCTION_LABEL ? STABLE : label;
  return { wanted: { channel, version }, prompt: parseNameInPath(path.slice(LANGFUSE_PREFIX.length)) };
}

/**
 * Cached parsed queries, because applications keep requesting the same few channels. Invalid queries are not cached.
 */
const queries = new LRUCache<string, WantedVersion>({ max: 1000 });
/** The longest query to cache, in UTF-16 code units. */
const SHORT = 64;

/** @throws Problem `invalid_request` */
function parseWanted(query: string): WantedVersion {
  const known = queries.get(query);
  if (known !== undefined) return known;
  const wanted = parseQuery(deliveryQuery, query);
  if (query.length <= SHORT) queries.set(query, wanted);
  return wanted;
}

/** Decodes and parses a name in a path. @throws Problem `invalid_name` */
export function parseNameInPath(text: string): PromptName {
  if (!text.includes('%')) return parsePromptName(text);
  try {
    return parsePromptName(decodeURIComponent(text));
  } catch (error) {
    // A name that cannot be decoded is refused, because names cannot contain "%".
    if (error instanceof URIError) return parsePromptName(text);
    throw error;
  }
}

/** The canonical spelling of a target, which almost every client sends. Not for a channel and a version at once. */
export function canonicalTarget({ prompt, wanted }: DeliveryTarget): string {
  const { channel, version } = wanted;
  if (version !== undefined) return `${PREFIX}${prompt}?version=${version}`;
  return channel === undefined || channel === STABLE
    ? PREFIX + prompt
    : `${PREFIX}${prompt}?channel=${channel}`;
}
