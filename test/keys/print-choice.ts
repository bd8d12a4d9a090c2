/**
 * Prints which key store this process would use and why, as JSON: what a user on this kind of machine is told. Its
 * argument is for how long it waits for a keychain, in ms.
 */
import { openKeyStore } from '../../src/keys/open-key-store.ts';
import { memorySecrets } from './memory-secrets.ts';

const timeout = Number(process.argv[2]);
const { store, told } = await openKeyStore({ secretStorage: memorySecrets(), timeout });
console.log(JSON.stringify({ kind: store.kind, told }));
