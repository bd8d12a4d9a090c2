/** The key with which the authors of these tests write. */
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { createKey } from '../../src/registry/administration.ts';
import type { Store } from '../../src/registry/store/store.ts';

/** No environment asks for approvals. */
export const OPTIONS = { environments: defaultEnvironments(0) };

/** An admin's, of development. The store is closed then. */
export async function anAdminsKey(opening: Promise<Store>): Promise<string> {
  const store = await opening;
  try {
    const environment = parseEnvironmentName('development');
    return (await createKey(store, { environment, role: 'admin', actor: 'load', expiresAt: null })).key;
  } finally {
    await store.close();
  }
}
