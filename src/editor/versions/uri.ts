/**
 * The one place that builds and reads `promptforge:` URIs. A version is `promptforge://<registry>/support/triage@12`; a
 * prompt, which only the tree shows, is the same without `@12`. The authority is for people; if it is not the whole
 * address (http, a path), the query has the URL, so that two registries never share a document. After it,
 * `promotion=17` creates a separate document for the review of that promotion.
 */
import { isPromptName, PROMPT_FILE_EXTENSION, type PromptName } from '../../core/name.ts';
import { isVersionNumber, type VersionNumber } from '../../core/version.ts';

export const SCHEME = 'promptforge';
/** The scheme of documents with a prompt's text and its partials in place. */
export const RESOLVED_SCHEME = 'promptforge-resolved';
export const EMBEDDED = 'embedded';

const REVIEW = /(?:^|&)promotion=([0-9]+)$/;

/** The part of `vscode.Uri` that is used. */
export interface UriParts {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

export interface VersionAddress {
  /** `embedded`, or the registry's URL without a trailing slash. */
  readonly registry: string;
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  /** The promotion whose review the document belongs to. */
  readonly promotion?: string;
}

export type PromptAddress = Pick<VersionAddress, 'registry' | 'prompt'>;

export function versionUriParts({ registry, prompt, version, promotion }: VersionAddress): UriParts {
  const { authority, query } = registryParts(registry);
  const review = promotion === undefined ? '' : `${query === '' ? '' : '&'}promotion=${promotion}`;
  return { authority, query: query + review, scheme: SCHEME, path: `/${prompt}@${version}` };
}

export function promptUriParts({ registry, prompt }: PromptAddress): UriParts {
  return { ...registryParts(registry), scheme: SCHEME, path: `/${prompt}` };
}

/** A folder of the tree. The slash at its end distinguishes it from the prompt `support`, which may be beside it. */
export function folderUriParts(registry: string, folder: string): UriParts {
  return { ...registryParts(registry), scheme: SCHEME, path: `/${folder}/` };
}

/** The folder of a tree item's URI, without leading and trailing slashes. */
export function parseFolderUri({ scheme, path }: UriParts): string | undefined {
  return scheme === SCHEME && path.length > 2 && path.endsWith('/') ? path.slice(1, -1) : undefined;
}

/** The version that a URI identifies; undefined for any other URI. */
export function parseVersionUri(uri: UriParts): VersionAddress | undefined {
  const match = /^\/(.+)@([1-9][0-9]{0,14})$/.exec(uri.path);
  const prompt = match?.[1];
  const version = Number(match?.[2]);
  if (uri.scheme !== SCHEME || prompt === undefined) return undefined;
  if (!isPromptName(prompt) || !isVersionNumber(version)) return undefined;
  const promotion = REVIEW.exec(uri.query)?.[1];
  return { registry: registryOf(uri), prompt, version, ...(promotion !== undefined && { promotion }) };
}

/** The prompt of a tree item's URI; undefined for a version's. */
export function parsePromptUri(uri: UriParts): PromptAddress | undefined {
  const prompt = uri.path.slice(1);
  if (uri.scheme !== SCHEME || !isPromptName(prompt)) return undefined;
  return { registry: registryOf(uri), prompt };
}

/** The address of a version's resolved text, which differs from the version's only by the scheme. */
export function resolvedUriParts(address: VersionAddress): UriParts {
  return { ...versionUriParts(address), scheme: RESOLVED_SCHEME };
}

/** The address of the resolved text of a prompt's file, with the partials that publishing would use. */
export function resolvedFileUriParts({ registry, prompt }: PromptAddress): UriParts {
  const path = `/${prompt}${PROMPT_FILE_EXTENSION}`;
  return { ...registryParts(registry), scheme: RESOLVED_SCHEME, path };
}

/** The address of a version's or, without a version, a file's resolved text; undefined for any other URI. */
export function parseResolvedUri(uri: UriParts): (PromptAddress & Partial<VersionAddress>) | undefined {
  if (uri.scheme !== RESOLVED_SCHEME) return undefined;
  const { authority, path, query } = uri;
  const version = parseVersionUri({ scheme: SCHEME, authority, path, query });
  if (version !== undefined || !path.endsWith(PROMPT_FILE_EXTENSION)) return version;
  const prompt = path.slice(1, -PROMPT_FILE_EXTENSION.length);
  return isPromptName(prompt) ? { registry: registryOf(uri), prompt } : undefined;
}

function registryParts(registry: string): { authority: string; query: string } {
  if (registry === EMBEDDED) return { authority: EMBEDDED, query: '' };
  const { host } = new URL(registry);
  return { authority: host, query: registry === `https://${host}` ? '' : registry };
}

function registryOf({ authority, query }: UriParts): string {
  if (authority === EMBEDDED) return EMBEDDED;
  const url = query.replace(REVIEW, '');
  return url === '' ? `https://${authority}` : url;
}
