/** Storages that need no API of a platform. */
import type { PromptStorage } from './types.ts';

/** A storage in memory. Clients that share one also read what the others fetched. */
export function memoryStorage(): PromptStorage {
  const values = new Map<string, string>();
  return {
    get: async key => values.get(key),
    set: async (key, value) => void values.set(key, value),
  };
}

/** A key-value namespace such as Cloudflare's. */
export interface KeyValueNamespace {
  get(key: string): Promise<string | null | undefined>;
  put(key: string, value: string): Promise<unknown>;
}

/** A storage in a key-value namespace. @param prefix added before each key */
export function kvStorage(namespace: KeyValueNamespace, prefix = ''): PromptStorage {
  return {
    get: key => namespace.get(prefix + key),
    set: (key, value) => namespace.put(prefix + key, value),
  };
}
