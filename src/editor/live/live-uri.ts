/**
 * URIs of documents of what was live: `promptforge-live:/support/triage@12?{…}`, where the query has the registry,
 * environment, channel and instant. Pure, so that such a document can be reopened after a restart.
 */
import { type Channel, isChannel } from '../../core/channel.ts';
import { type EnvironmentName, isEnvironmentName } from '../../core/environment.ts';
import { isPromptName, type PromptName } from '../../core/name.ts';
import type { UriParts } from '../versions/uri.ts';

export const LIVE_SCHEME = 'promptforge-live';

export interface LiveAddress {
  /** `embedded`, or the registry's URL. */
  readonly registry: string;
  readonly prompt: PromptName;
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  /** RFC 3339 UTC. */
  readonly at: string;
}

/** `version` is only for the tab's title. */
export function liveUriParts({ prompt, ...query }: LiveAddress, version: number): UriParts {
  return {
    scheme: LIVE_SCHEME,
    authority: '',
    path: `/${prompt}@${version}`,
    query: JSON.stringify(query),
  };
}

/** Undefined for any other URI. */
export function parseLiveUri({ scheme, path, query }: UriParts): LiveAddress | undefined {
  const prompt = /^\/(.+)@[0-9]+$/.exec(path)?.[1];
  if (scheme !== LIVE_SCHEME || prompt === undefined || !isPromptName(prompt)) return undefined;
  let said: unknown;
  try {
    said = JSON.parse(query);
  } catch {
    return undefined;
  }
  const { registry, environment, channel, at } = (said ?? {}) as Record<string, unknown>;
  if (typeof registry !== 'string' || typeof at !== 'string' || Number.isNaN(Date.parse(at)))
    return undefined;
  if (typeof environment !== 'string' || !isEnvironmentName(environment)) return undefined;
  if (typeof channel !== 'string' || !isChannel(channel)) return undefined;
  return { registry, prompt, environment, channel, at };
}
