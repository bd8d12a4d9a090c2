/**
 * The registry's identity: an Ed25519 key (RFC 8032) in a file of its own. It signs checkpoints, and the secrets of
 * webhooks are derived from it, so that access to the database alone gives neither.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { systemErrorReason } from '../disk/system-error.ts';
import { DataFolderProblem } from './data-folder-problem.ts';
import { keepSecretFile, type OnNarrowed } from './keep-data-folder.ts';

export const IDENTITY_FILE = 'registry-key.pem';

export interface RegistryIdentity {
  /** The 32 bytes of the public key, in base64. */
  readonly publicKey: string;
  /** The 64 bytes of the signature, in base64. */
  sign(text: string): string;
  /** A derived secret for one purpose, always the same 32 bytes (HKDF, RFC 5869, with SHA-256). */
  secretFor(purpose: string): Buffer;
}

/**
 * Reads the key in `file`, or creates the file, readable only by its owner, if it does not exist.
 * @throws DataFolderProblem `not_writable` if it cannot be read or created, `not_private` if others can read it and
 * that cannot be changed, `not_a_key` if it has other contents
 */
export async function openIdentity(file: string, onNarrowed?: OnNarrowed): Promise<RegistryIdentity> {
  await keepSecretFile(file, onNarrowed).catch((cause: unknown) => {
    throw DataFolderProblem.is(cause) ? cause : unusable(file, cause);
  });
  const pem = (await read(file)) ?? (await make(file));
  return identityOf(keyIn(pem, file));
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, cause);
  }
}

/** Creates the key file atomically, because another process may do so at the same time. */
async function make(file: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const written = `${file}.${process.pid}-${randomUUID()}`;
  try {
    await using handle = await open(written, 'wx', 0o600);
    await handle.writeFile(pem);
    await handle.sync();
    await link(written, file);
    return pem;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return (await read(file)) ?? '';
    throw unusable(file, cause);
  } finally {
    await rm(written, { force: true });
  }
}

function keyIn(pem: string, file: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Reported below, without the file's contents.
  }
  throw new DataFolderProblem(
    'not_a_key',
    `${file} does not hold an Ed25519 private key in PEM. Restore it from a backup: clients know this registry by it.`,
  );
}

function identityOf(key: KeyObject): RegistryIdentity {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  const { d } = key.export({ format: 'jwk' });
  const seed = Buffer.from(d as string, 'base64url');
  return {
    publicKey: Buffer.from(x as string, 'base64url').toString('base64'),
    sign: text => sign(null, Buffer.from(text, 'utf8'), key).toString('base64'),
    secretFor: purpose => Buffer.from(hkdfSync('sha256', seed, '', `promptforge ${purpose}`, 32)),
  };
}

function unusable(file: string, cause: unknown): DataFolderProblem {
  return new DataFolderProblem(
    'not_writable',
    `The registry's key ${file} cannot be read or made: ${systemErrorReason(cause)}. Change who may read it, or name another with --registry-key.`,
    { cause },
  );
}
