/** Runs `promptforge accept-head`. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { COMMAND_LINE } from '../../registry/access/caller.ts';
import { IDENTITY_FILE, openIdentity, type RegistryIdentity } from '../../registry/identity.ts';
import { acceptHead as accept } from '../../registry/proof/accept-head.ts';
import { openHeadFile } from '../../registry/proof/head-file.ts';
import { verifyServable } from '../../registry/proof/open-signing.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson } from '../output.ts';
import { signedHeadFile } from '../signed-head-file.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export interface SigningOptions extends RegistryOptions {
  readonly registryKey?: string;
  readonly signedHead?: string;
}

export interface AcceptHeadOptions extends SigningOptions {
  readonly reason: string;
  readonly json?: true;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem */
export async function acceptHead(options: AcceptHeadOptions): Promise<void> {
  const { reason, json } = options;
  if (reason === '')
    throw new CommandFailure(EXIT.usage, 'Give the reason with --reason. It is kept in the log.');
  const { keyFile, headFile } = await signingFiles(options);
  await withRegistry(options, { create: false, evenBroken: true }, async store => {
    const identity = await existingKey(keyFile);
    const heads = await openHeadFile(headFile);
    try {
      const kept = heads.read();
      const why = await verifyServable(store, kept);
      if (why === undefined && kept.revision > 0)
        return print(
          line`The log extends the signed head, and no fault was found. There is nothing to accept.`,
        );
      const { lost, restored, head } = await accept(store, { identity, heads, author: COMMAND_LINE, reason });
      if (json) return printJson({ lost, restored, head });
      await print(
        line`Verified ${restored.seq} events. Event ${head.seq} records the restore, and "promptforge serve" can serve the registry again.`,
      );
      if (lost !== null && lost.seq > restored.seq)
        await print(
          line`${lost.seq - restored.seq} signed events are lost. Inform everyone who has seen them.`,
        );
    } finally {
      heads.close();
    }
  });
}

interface SigningFiles {
  readonly keyFile: string;
  readonly headFile: string;
}

/** @throws CommandFailure if a database is given without a key */
export async function signingFiles(options: SigningOptions): Promise<SigningFiles> {
  const { data, database, registryKey } = options;
  if (registryKey === undefined && database !== undefined)
    throw new CommandFailure(EXIT.usage, 'A database also needs --registry-key: the key that "serve" uses.');
  const keyFile = registryKey ?? join(data, IDENTITY_FILE);
  return { keyFile, headFile: await signedHeadFile(options, keyFile) };
}

/** The key of a registry, which is not created here. @throws CommandFailure, DataFolderProblem */
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
