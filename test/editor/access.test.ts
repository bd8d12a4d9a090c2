/** The clients of a registry over HTTP, and the keys that they hold. */
import assert from 'node:assert/strict';
import { type EnvironmentName, parseEnvironmentName } from '../../src/core/environment.ts';
import { type Key, makeKey } from '../../src/core/key.ts';
import { accessOverHttp } from '../../src/editor/connection/access.ts';
import type { OpenedKeyStore } from '../../src/keys/open-key-store.ts';

const DEVELOPMENT = parseEnvironmentName('development');
const [ONE, TWO] = [1, 2].map(byte => makeKey(DEVELOPMENT, bytes => new Uint8Array(bytes).fill(byte)).key);

/** Keys as another window may change them. */
function sharedKeys() {
  const keys = new Map<EnvironmentName, Key>();
  const store = {
    get: async (_origin: string, environment: EnvironmentName) => keys.get(environment),
    list: async () => [...keys.keys()],
    set: async () => undefined,
    delete: async () => false,
  };
  return { keys, opened: { store, told: '' } as unknown as OpenedKeyStore };
}

describe('the client of a key', () => {
  it('is no longer used once the key was replaced or removed, even in another window', async () => {
    const { keys, opened } = sharedKeys();
    let replaced = 0;
    const access = await accessOverHttp('https://prompts.example.com', opened, {
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined } as never,
      cache: {
        getSource: async () => undefined,
        getVersion: async () => undefined,
        putVersion: async () => {},
        getHistory: async () => [],
        putHistory: async () => {},
      },
      userAgent: 'test',
      before: async () => {},
      keyReplaced: () => {
        replaced += 1;
      },
    });
    assert.ok(ONE && TWO);
    keys.set(DEVELOPMENT, ONE);
    const first = await access.clientFor(DEVELOPMENT);
    await access.environments();
    assert.equal(await access.clientFor(DEVELOPMENT), first);
    assert.equal(replaced, 0);

    keys.set(DEVELOPMENT, TWO);
    await access.environments();
    assert.equal(replaced, 1);
    const second = await access.clientFor(DEVELOPMENT);
    assert.notEqual(second, first);

    keys.delete(DEVELOPMENT);
    await access.environments();
    assert.equal(replaced, 2);
    await assert.rejects(access.clientFor(DEVELOPMENT), { code: 'key_missing' });

    keys.set(DEVELOPMENT, ONE);
    await access.clientFor(DEVELOPMENT);
    access.forget(DEVELOPMENT);
    access.forget(DEVELOPMENT);
    assert.equal(replaced, 3);
  });
});
