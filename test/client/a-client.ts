/** A client for tests: short waits before it asks again, a key whose secret can be looked for. */
import { randomBytes } from 'node:crypto';
import { patience } from '../../scripts/host/patience.ts';
import { RegistryClient, type RegistryClientOptions } from '../../src/client/registry-client.ts';
import { type EnvironmentName, parseEnvironmentName } from '../../src/core/environment.ts';
import { makeKey } from '../../src/core/key.ts';

export const DEVELOPMENT: EnvironmentName = parseEnvironmentName('development');
export const KEY = makeKey(DEVELOPMENT, randomBytes).key;

export function aClient(url: string, options: Partial<RegistryClientOptions> = {}): RegistryClient {
  return new RegistryClient({
    url,
    key: KEY,
    timeoutMs: patience(60_000),
    retry: { firstDelayMs: 1, maxDelayMs: 5, maxRetryAfterMs: 2_000 },
    ...options,
  });
}
