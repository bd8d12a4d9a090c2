/** Prints which key store this process would use and why, as JSON: what a user on this kind of machine is told. */
import { openKeyStore } from '../../src/keys/open-key-store.ts';
import { memorySecrets } from './memory-secrets.ts';

const started = Date.now();
const { store, told } = await openKeyStore({ secretStorage: memorySecrets(), timeout: 1500 });
console.log(JSON.stringify({ kind: store.kind, told, milliseconds: Date.now() - started }));
