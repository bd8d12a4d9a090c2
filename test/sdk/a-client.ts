/** A registry with a prompt in two environments, a proxy before it, and clients with a clock of the test. */
import { type ClientOptions, createClient, type PromptClient } from '../../src/sdk/client.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { aProxy, type FaultyProxy } from './a-proxy.ts';

export const NAME = 'support/triage';
/** Bounds that the registry advertises, in seconds. */
export const MAX_AGE = 5;
export const REVALIDATE = 10;
export const IF_ERROR = 86_400;

export interface Setting extends AsyncDisposable {
  readonly registry: RegistryForTest;
  readonly proxy: FaultyProxy;
  /** Milliseconds since 1970, on the clocks of all clients. */
  readonly clock: { now: number };
  /** Lets seconds pass. */
  pass(seconds: number): void;
  client(options?: Partial<ClientOptions>): PromptClient;
  /** Both versions are published; this moves production's stable, which is at 1 to begin with. */
  promote(version: number): Promise<void>;
}

export async function aSetting(): Promise<Setting> {
  const registry = await aRegistry();
  await registry.publish(NAME, '---\nmodel: acme/small\n---\nOne {{mail}}', null);
  await registry.publish(NAME, '---\nmodel: acme/large\n---\nTwo {{mail}}', 1);
  await registry.promote(NAME, 1, 'staging');
  await registry.promote(NAME, 2, 'staging');
  await registry.promote(NAME, 1, 'production');
  const proxy = await aProxy(registry.url);
  const keys = {
    production: await registry.key('production', 'reader'),
    staging: await registry.key('staging', 'reader'),
  };
  const clock = { now: Date.now() };
  return {
    registry,
    proxy,
    clock,
    pass(seconds) {
      clock.now += seconds * 1000;
    },
    client: (options = {}) =>
      createClient({
        url: proxy.url,
        key: keys[(options.environment ?? 'production') as 'production'],
        environment: 'production',
        retries: 0,
        now: () => clock.now,
        ...options,
      }),
    async promote(version) {
      await registry.promote(NAME, version, 'production');
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

/** The error's code, or what it gave. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    value => ({ given: value }),
    error => error.code,
  );
}
