/** A process that lists the keys of an origin while it sets and deletes some; prints those that are there at the end. */
import { randomBytes } from 'node:crypto';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { makeKey } from '../../src/core/key.ts';
import { Keychain, loadKeytar } from '../../src/keys/keychain.ts';
import type { RegistryOrigin } from '../../src/keys/origin.ts';

const ROUNDS = 60;
const origin = process.argv[2] as RegistryOrigin;
const environments = ['development', 'staging', 'production'].map(parseEnvironmentName);
// As two windows are: each has its own.
const [writing, listing] = [new Keychain(await loadKeytar()), new Keychain(await loadKeytar())];
let isBusy = true;
// From then on the keychain itself is not asked for all its entries.
await listing.list(origin);

async function write(): Promise<void> {
  for (let round = 0; round < ROUNDS; round++)
    for (const environment of environments) {
      await writing.set(origin, environment, makeKey(environment, randomBytes).key);
      if (round < ROUNDS - 1) await writing.delete(origin, environment);
    }
  isBusy = false;
}

async function list(): Promise<void> {
  while (isBusy) await listing.list(origin);
}

await Promise.all([write(), list(), list(), list()]);
console.log((await listing.list(origin)).join());
for (const environment of environments) await writing.delete(origin, environment);
