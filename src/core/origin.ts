/**
 * The origin of a version's text, as its publisher states it: a commit, its author, and the pull request that reviewed
 * it. It is kept permanently, so it must not hide text, control a terminal or contain a secret.
 */
import { secretsIn } from './secrets.ts';
import { hasInvisible, isBlank } from './visible-text.ts';
import { webUrl } from './web-url.ts';

/** Unknown fields are left out. They are in the order of canonical JSON. */
export interface VersionOrigin {
  /** The name in CI or git. Not the version's `author`, which is the actor of the key. */
  readonly author?: string | undefined;
  /** The id of a commit, in lower case. */
  readonly commit?: string | undefined;
  readonly pullRequest?: string | undefined;
  /** The URL of the repository's web page. */
  readonly repository?: string | undefined;
}

/** A git commit id, by SHA-1 or SHA-256, with at least 7 digits. */
export const COMMIT_PATTERN = /^[0-9A-Fa-f]{7,64}$/;
export const MAX_ORIGIN_AUTHOR = 200;
export const MAX_ORIGIN_URL = 500;

/** Why `text` cannot be an author's name, in one sentence; undefined if it can. */
export function validateOriginAuthor(text: string): string | undefined {
  if (isBlank(text)) return 'This shows nothing. Give a name, or leave the field out.';
  if (text.length > MAX_ORIGIN_AUTHOR) return `This must have at most ${MAX_ORIGIN_AUTHOR} characters.`;
  return hasInvisible(text) ? INVISIBLE : undefined;
}

/** Why `text` cannot be a URL of an origin, in one sentence that does not repeat it; undefined if it can. */
export function validateOriginUrl(text: string): string | undefined {
  if (text.length > MAX_ORIGIN_URL) return TOO_LONG;
  if (hasInvisible(text)) return INVISIBLE;
  const url = webUrl(text);
  if (url === undefined) return 'Give a whole URL that begins with https:// or http://.';
  if (url.username !== '' || url.password !== '')
    return 'This URL has a user name or a password, and a version is kept permanently. Remove them, and replace them wherever they are in use.';
  if (/[?#]/.test(url.href))
    return 'This URL has a query or a fragment, which may hold a token. Give it without what follows "?" or "#".';
  const [secret] = secretsIn(url.href);
  if (secret !== undefined)
    return `This URL holds what looks like ${secret.what}, and a version is kept permanently. Remove it, and replace it wherever it is in use.`;
  return url.href.length > MAX_ORIGIN_URL ? TOO_LONG : undefined;
}

const TOO_LONG = `This must have at most ${MAX_ORIGIN_URL} characters, as it is after percent-encoding.`;

const INVISIBLE = 'This must be one line without control or invisible characters.';

/** A URL in normalized form, as it is stored; other text unchanged. */
export function parsedUrl(text: string): string {
  return URL.parse(text)?.href ?? text;
}
