/** Authentication of the embedded registry: its owner in process is its only person, in the environment they name. */
import { parseEmbeddedCredential } from '../../core/embedded.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { Problem } from '../../core/problem.ts';
import { readEnvironments } from '../environments.ts';
import type { Store } from '../store/store.ts';
import { type Authenticator, bearerCredential } from './authenticator.ts';

/** The `key` of events from the embedded registry. */
export const EMBEDDED_KEY = 'embedded';

export function embeddedAuthenticator(store: Store, actor: string): Authenticator {
  return {
    recognize: () => undefined,
    async authenticate(authorization) {
      const environment = namedEnvironment(bearerCredential(authorization));
      const all = await store.read(readEnvironments);
      if (!all.some(({ name }) => name === environment))
        throw new Problem(
          'key_unknown',
          `The embedded registry has no environment "${environment}". It has: ${all.map(({ name }) => name).join(', ')}.`,
        );
      return { actor, key: EMBEDDED_KEY, role: 'admin', environment };
    },
    close: async () => {},
  };
}

function namedEnvironment(credential: string): EnvironmentName {
  let environment: EnvironmentName | undefined;
  try {
    environment = parseEmbeddedCredential(credential);
  } catch {
    // An invalid environment name: reported to the caller as an invalid credential.
  }
  if (environment === undefined)
    throw new Problem(
      'key_malformed',
      'The embedded registry takes the credential "embedded:<environment>" only.',
    );
  return environment;
}
