/** The files for signing: the registry's key, and the signed head beside it. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { IDENTITY_FILE, openIdentity, type RegistryIdentity } from '../registry/identity.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { signedHeadFile } from './signed-head-file.ts';
import type { RegistryOptions } from './with-registry.ts';

export interface SigningOptions extends RegistryOptions {
  readonly registryKey?: string;
  readonly signedHead?: string;
}

export interface SigningFilePaths {
  readonly keyFile: string;
  readonly headFile: string;
}

/** @throws CommandFailure if a database is given without a key */
export async function signingFiles(options: SigningOptions): Promise<SigningFilePaths> {
  const { data, database, registryKey } = options;
  if (registryKey === undefined && database !== undefined)
    throw new CommandFailure(EXIT.usage, 'A database also needs --registry-key: the key that "serve" uses.');
  const keyFile = registryKey ?? join(data, IDENTITY_FILE);
  return { keyFile, headFile: await signedHeadFile(options, keyFile) };
}

/** Reads the key of a registry, without creating one. @throws CommandFailure, DataFolderProblem */
export async function existingKey(file: string): Promise<RegistryIdentity> {
  try {
    await access(file);
  } catch (cause) {
    throw new CommandFailure(
      EXIT.environment,
      `${file} does not exist or cannot be read. Name the key that "serve" uses with --registry-key.`,
      { cause },
    );
  }
  return openIdentity(file);
}
