/**
 * The embedded registry's address and credential. It runs the same HTTP app as a server, but has no port: requests
 * reach it only within the process, so the credential only names the environment.
 */
import { type EnvironmentName, parseEnvironmentName } from './environment.ts';

/** Never resolves (RFC 2606), so that a request that leaves the process reaches nobody. */
export const EMBEDDED_ORIGIN = 'https://embedded.invalid';

/**
 * The URL under which a cache stores the versions of an embedded registry, since two folders have different versions
 * with the same number.
 * @param dataFolder an absolute path
 */
export function embeddedCacheUrl({ dataFolder }: { readonly dataFolder: string }): string {
  return `${EMBEDDED_ORIGIN}/${encodeURIComponent(dataFolder)}`;
}

const PREFIX = 'embedded:';

/** The bearer credential of the embedded registry, of no use anywhere else. */
export function embeddedCredential(environment: EnvironmentName): string {
  return PREFIX + environment;
}

/** The environment of an embedded credential; undefined if it is not one. @throws Problem `invalid_request` */
export function parseEmbeddedCredential(credential: string): EnvironmentName | undefined {
  return credential.startsWith(PREFIX) ? parseEnvironmentName(credential.slice(PREFIX.length)) : undefined;
}
