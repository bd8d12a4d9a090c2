/** What every key store must do: proved on the real keychain and on the editor's secret storage alike. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EMBEDDED_ORIGIN } from '../../src/core/embedded.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { makeKey } from '../../src/core/key.ts';
import { Problem, type ProblemCode } from '../../src/core/problem.ts';
import type { KeyStore } from '../../src/keys/key-store.ts';
import { Keychain, loadKeytar, serviceOf } from '../../src/keys/keychain.ts';
import { originOf } from '../../src/keys/origin.ts';
import { SecretStorageKeys } from '../../src/keys/secret-storage.ts';
import { type KeychainSession, startKeychainSession } from './keychain-session.ts';
import { memorySecrets } from './memory-secrets.ts';

const development = parseEnvironmentName('development');
const staging = parseEnvironmentName('staging');
const production = parseEnvironmentName('production');
/** Of this run alone, so that on macOS and Windows nothing of the user's is met. */
const run = randomBytes(4).toString('hex');
const here = originOf(`https://${run}.example.com`);
const otherPort = originOf(`https://${run}.example.com:8443`);
const otherHost = originOf(`https://${run}.example.com.evil.example`);
const newKey = (environment = development) => makeKey(environment, randomBytes).key;

const stores: readonly [string, () => Promise<KeyStore>][] = [
  ['the keychain of the machine', async () => new Keychain(await loadKeytar())],
  ["the editor's secret storage", async () => new SecretStorageKeys(memorySecrets())],
];

describe('A key store', () => {
  let session: KeychainSession;
  before(async () => {
    session = await startKeychainSession();
  });
  after(() => session.end());

  describe('in the keychain of the machine, whoever else uses it', () => {
    it('is listed while keys are set and deleted, and nothing ends', async () => {
      const ran = await promisify(execFile)(process.execPath, [
        join(import.meta.dirname, 'busy-keychain.ts'),
        here,
      ]);
      assert.equal(ran.stdout, 'development,production,staging\n');
    });

    it('lists what an earlier release kept there, which registered nothing', async () => {
      const older = originOf(`https://older-${run}.example.com`);
      const keytar = await loadKeytar();
      const store = new Keychain(keytar);
      await keytar.setPassword(serviceOf(older), production, newKey(production));
      assert.deepEqual(await store.list(older), ['production']);
      await store.set(older, development, newKey());
      assert.deepEqual(await store.list(older), ['development', 'production']);
      for (const environment of [development, production]) await store.delete(older, environment);
      assert.deepEqual(await store.list(older), []);
    });
  });

  for (const [name, open] of stores) {
    describe(`in ${name}`, () => {
      let store: KeyStore;
      beforeEach(async () => {
        store = await open();
      });
      afterEach(async () => {
        for (const origin of [here, otherPort, otherHost])
          for (const environment of await store.list(origin)) await store.delete(origin, environment);
      });

      it('gives back the key that was set', async () => {
        const key = newKey();
        await store.set(here, development, key);
        assert.equal(await store.get(here, development), key);
      });

      it('has none before', async () => {
        assert.equal(await store.get(here, development), undefined);
        assert.deepEqual(await store.list(here), []);
      });

      it('keeps one for each environment and lists them by name', async () => {
        const keys = { staging: newKey(staging), development: newKey(development) };
        await store.set(here, staging, keys.staging);
        await store.set(here, development, keys.development);
        assert.deepEqual(await store.list(here), ['development', 'staging']);
        assert.equal(await store.get(here, staging), keys.staging);
        assert.equal(await store.get(here, development), keys.development);
      });

      it('replaces the key that was there', async () => {
        await store.set(here, development, newKey());
        const second = newKey();
        await store.set(here, development, second);
        assert.equal(await store.get(here, development), second);
        assert.deepEqual(await store.list(here), ['development']);
      });

      it('deletes one and says whether it was there', async () => {
        await store.set(here, development, newKey());
        assert.equal(await store.delete(here, development), true);
        assert.equal(await store.delete(here, development), false);
        assert.equal(await store.get(here, development), undefined);
        assert.deepEqual(await store.list(here), []);
      });

      it('gives no key to another port, host or scheme', async () => {
        await store.set(here, development, newKey());
        for (const origin of [otherPort, otherHost, originOf(`http://${run}.example.com`)]) {
          assert.equal(await store.get(origin, development), undefined);
          assert.deepEqual(await store.list(origin), []);
        }
      });

      it('lists an origin alone when another begins like it', async () => {
        await store.set(otherPort, staging, newKey(staging));
        await store.set(otherHost, development, newKey());
        assert.deepEqual(await store.list(here), []);
        assert.deepEqual(await store.list(otherPort), ['staging']);
      });

      it('takes white space around a pasted key off', async () => {
        const key = newKey();
        await store.set(here, development, `  ${key}\n`);
        assert.equal(await store.get(here, development), key);
      });

      it('refuses a key of another environment with both names, and keeps the one before', async () => {
        const before = newKey(production);
        await store.set(here, production, before);
        const wrong = newKey(development);
        const problem = await refused(store.set(here, production, wrong), 'wrong_environment');
        assert.match(problem.message, /key of development, not of production/);
        assertNoPartOf(wrong, problem);
        assert.equal(await store.get(here, production), before);
      });

      it('refuses what is no key, cut off or mistyped, without quoting it', async () => {
        const key = newKey();
        const mistyped = key.slice(0, 25) + (key[25] === 'a' ? 'b' : 'a') + key.slice(26);
        for (const text of ['', 'hunter2hunter2', key.slice(0, -1), mistyped]) {
          const problem = await refused(store.set(here, development, text), 'key_malformed');
          if (text !== '') assertNoPartOf(text, problem);
        }
        assert.deepEqual(await store.list(here), []);
      });
    });
  }

  describe('whose key was exchanged behind our back', () => {
    const entry = `key ${here} production`;
    const damaged: readonly [string, string, ProblemCode][] = [
      ['a key of another environment', newKey(development), 'wrong_environment'],
      ['something else', 'not-a-key-at-all', 'key_malformed'],
    ];
    for (const [what, text, code] of damaged) {
      it(`is refused in the keychain when it is ${what}`, async () => {
        const keytar = await loadKeytar();
        await keytar.setPassword(serviceOf(here), production, text);
        const problem = await refused(new Keychain(keytar).get(here, production), code);
        await keytar.deletePassword(serviceOf(here), production);
        assertNoPartOf(text, problem);
      });
      it(`is refused in secret storage when it is ${what}`, async () => {
        const store = new SecretStorageKeys(memorySecrets(new Map([[entry, text]])));
        assertNoPartOf(text, await refused(store.get(here, production), code));
      });
    }
  });
});

describe('A store that stops answering', () => {
  it('is a problem that says so and holds no key, whatever the library said', async () => {
    const key = newKey();
    const fails = async () => {
      throw new Error(`failed to handle ${key}`);
    };
    const keychain = new Keychain({
      getPassword: fails,
      setPassword: fails,
      deletePassword: fails,
      findCredentials: fails,
    });
    const storage = new SecretStorageKeys({ get: fails, store: fails, delete: fails, keys: fails });
    for (const store of [keychain, storage]) {
      for (const call of [
        store.get(here, development),
        store.set(here, development, key),
        store.delete(here, development),
        store.list(here),
      ]) {
        assertNoPartOf(key, await refused(call, 'unavailable'));
      }
    }
  });
});

describe('The origin of a registry', () => {
  it('is scheme, host and port, whatever the path', () => {
    assert.equal(originOf('https://Prompts.Example.com:443/forge/'), 'https://prompts.example.com');
    assert.equal(originOf(new URL('http://127.0.0.1:7878/x')), 'http://127.0.0.1:7878');
  });

  it('is not there for what is no web address, nor for the embedded registry, which has no keys', () => {
    for (const text of [
      'prompts.example.com',
      'file:///etc/passwd',
      '',
      'ftp://example.com',
      EMBEDDED_ORIGIN,
    ])
      assert.throws(
        () => originOf(text),
        (error: unknown) => Problem.is(error, 'invalid_request'),
      );
  });
});

async function refused(call: Promise<unknown>, code: ProblemCode): Promise<Problem> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert(Problem.is(outcome, code), `expected ${code}, not ${outcome}`);
  return outcome;
}

/** Neither the message nor what `console.error` would print of it holds eight characters of the secret in a row. */
function assertNoPartOf(secret: string, problem: Problem): void {
  const shown = `${problem.message} ${problem.stack} ${JSON.stringify(problem.details)} ${String(problem.cause)}`;
  const body = secret.slice(secret.lastIndexOf('_') + 1);
  for (let at = 0; at + 8 <= body.length; at++)
    assert(!shown.includes(body.slice(at, at + 8)), 'a part of the secret is shown');
}
