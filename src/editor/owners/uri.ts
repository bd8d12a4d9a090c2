/**
 * URIs of owners documents. `promptforge-owners:/production.owners` has the current owners, `/production@402.owners`
 * the text of one change, and `promptforge-owners-draft:/production (draft).owners` a draft: the names are tab titles.
 * The query has the registry. Pure, so that such a document can be reopened after a restart.
 */
import { type EnvironmentName, isEnvironmentName } from '../../core/environment.ts';
import type { UriParts } from '../versions/uri.ts';

export const OWNERS_SCHEME = 'promptforge-owners';
export const OWNERS_DRAFT_SCHEME = 'promptforge-owners-draft';
/** The language of these documents, and of files with the extension `.owners`. */
export const OWNERS_LANGUAGE = 'promptforge-owners';
/** Replaces a change's id before the first change, when no prompt has owners. */
export const NO_CHANGE = '0';

export interface OwnersAddress {
  /** `embedded`, or the registry's URL. */
  readonly registry: string;
  readonly environment: EnvironmentName;
  /** The id of a change, or `NO_CHANGE`; undefined for the current owners. */
  readonly change?: string;
}

export interface OwnersDraftAddress {
  /** As in `Session.place`. */
  readonly place: string;
  readonly environment: EnvironmentName;
}

export function ownersUriParts({ registry, environment, change }: OwnersAddress): UriParts {
  const of = change === undefined ? environment : `${environment}@${change}`;
  return { scheme: OWNERS_SCHEME, authority: '', path: `/${of}.owners`, query: registry };
}

export function ownersDraftUriParts({ place, environment }: OwnersDraftAddress): UriParts {
  return { scheme: OWNERS_DRAFT_SCHEME, authority: '', path: `/${environment} (draft).owners`, query: place };
}

/** Undefined for any other URI. */
export function parseOwnersUri({ scheme, path, query }: UriParts): OwnersAddress | undefined {
  const [, environment = '', change] = /^\/([^@/]+)(?:@(0|[1-9][0-9]{0,14}))?\.owners$/.exec(path) ?? [];
  if (scheme !== OWNERS_SCHEME || query === '' || !isEnvironmentName(environment)) return undefined;
  return { registry: query, environment, ...(change !== undefined && { change }) };
}

/** Undefined for any other URI. */
export function parseOwnersDraftUri({ scheme, path, query }: UriParts): OwnersDraftAddress | undefined {
  const environment = /^\/([^@/]+) \(draft\)\.owners$/.exec(path)?.[1] ?? '';
  if (scheme !== OWNERS_DRAFT_SCHEME || query === '' || !isEnvironmentName(environment)) return undefined;
  return { place: query, environment };
}
