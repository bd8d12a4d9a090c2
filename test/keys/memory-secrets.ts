/** VS Code's SecretStorage, over a map: the extension's own tests use the real one. */
import type { SecretStorage } from '../../src/keys/secret-storage.ts';

export function memorySecrets(entries = new Map<string, string>()): SecretStorage {
  return {
    get: async name => entries.get(name),
    store: async (name, value) => void entries.set(name, value),
    delete: async name => void entries.delete(name),
    keys: async () => [...entries.keys()],
  };
}
