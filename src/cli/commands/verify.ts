/** `promptforge verify`: verifies that a registry matches its log, from the first event to the last. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { checkpoint } from '../../contract/checkpoint.ts';
import type { Checkpoint } from '../../core/checkpoint.ts';
import { systemErrorReason } from '../../disk/system-error.ts';
import { DATABASE_FILE } from '../../registry/data-folder.ts';
import { DataFolderProblem } from '../../registry/data-folder-problem.ts';
import { DatabaseProblem } from '../../registry/database-problem.ts';
import { IDENTITY_FILE } from '../../registry/identity.ts';
import { verifyCheckpoint } from '../../registry/proof/checkpoint.ts';
import { headFileOf, type KeptHead, openHeadFile } from '../../registry/proof/head-file.ts';
import { verifyServable } from '../../registry/proof/open-signing.ts';
import { startRangesThreadFor } from '../../registry/proof/ranges.ts';
import { verifyRegistry } from '../../registry/proof/verification.ts';
import { macsOf } from '../../registry/store/macs.ts';
import type { Store } from '../../registry/store/store.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson } from '../output.ts';
import { readBytes } from '../read-bytes.ts';
import { databaseOption, dataOption, registryKeyOption, signedHeadOption } from '../registry-options.ts';
import { existingKey } from '../signing-files.ts';
import { pathArgument } from '../values.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export function verifyCommand(): Command {
  return new Command('verify')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .addOption(
      new Option(
        '--checkpoint <file>',
        'also verify that this log includes an earlier checkpoint, a saved response of /v1/checkpoint',
      ).argParser(pathArgument),
    )
    .addOption(signedHeadOption())
    .option('--json', 'print the end of the log, for a script')
    .addHelpText(
      'after',
      `
Follows the hashes of the log, checks every source against its digest, rebuilds every table from
the events, and names the first event or row that does not fit. The registry may be served
meanwhile. Only a checkpoint kept elsewhere reveals that the whole log was rewritten with all
its hashes.

Examples:
  promptforge verify --data /var/lib/promptforge
  curl -H "Authorization: Bearer $KEY" "$REGISTRY/v1/checkpoint" > checkpoint.json
  promptforge verify --checkpoint checkpoint.json`,
    )
    .action((options: VerifyOptions) => verify(options));
}

interface VerifyOptions extends RegistryOptions {
  /** A file. */
  readonly checkpoint?: string;
  /** A file. Default for a data folder: the file beside its key. */
  readonly signedHead?: string;
  readonly json?: true;
}

/**
 * @throws CommandFailure for a broken log, and for a checkpoint that cannot be read or does not belong to this log;
 * DataFolderProblem, DatabaseProblem
 */
async function verify(options: VerifyOptions): Promise<void> {
  try {
    await verifyPlace(options);
  } catch (cause) {
    // For other commands, a broken log is an external failure; here it is the result, which a script distinguishes from
    // a wrong path.
    if (DataFolderProblem.is(cause, 'chain_broken') || DatabaseProblem.is(cause, 'chain_broken'))
      throw new CommandFailure(EXIT.refused, cause.message, { cause });
    throw cause;
  }
}

async function verifyPlace(options: VerifyOptions): Promise<void> {
  const { data, database } = options;
  // Started before the registry is opened, so that neither waits for the other.
  await using thread = database === undefined ? startRangesThreadFor(join(data, DATABASE_FILE)) : undefined;
  const kept = options.checkpoint === undefined ? undefined : await readCheckpoint(options.checkpoint);
  await withRegistry(options, { create: false, evenBroken: true }, async store => {
    if (options.registryKey !== undefined) await existingKey(options.registryKey);
    const signed = await signedHead(options);
    if (signed !== undefined) await checkServed(store, signed);
    const macs = await store.read(async snapshot => macsOf(snapshot)?.start ?? null);
    const head = await verifyRegistry(store, { thread });
    if (kept !== undefined) {
      const why = await store.read(snapshot => verifyCheckpoint(snapshot, kept));
      if (why !== undefined)
        throw new CommandFailure(
          EXIT.refused,
          `The checkpoint in ${options.checkpoint} does not belong to this log. ${why} Keep both as evidence.`,
        );
    }
    const last = signed?.checkpoint?.seq ?? null;
    if (options.json)
      return printJson({
        events: head.seq,
        hash: head.hash,
        checkpoint: kept?.seq ?? null,
        signed: last,
        macsFrom: macs,
      });
    await print(
      line`Verified ${head.seq} events with all sources and tables.\nThe log ends with ${head.hash}.`,
    );
    await print(
      macs === null
        ? line`The MACs of the events were not checked: that needs the registry's key (--registry-key).`
        : line`Every event from ${macs} on carries a MAC by the registry's key.`,
    );
    if (last !== null) await print(line`It extends event ${last}, the last one that this registry signed.`);
    if (kept !== undefined)
      await print(line`It includes the checkpoint of event ${kept.seq}, signed at ${kept.at}.`);
  });
}

/** The last head that this registry signed, from the file outside the database; undefined if there is no file. */
async function signedHead({ data, database, signedHead }: VerifyOptions): Promise<KeptHead | undefined> {
  const file = signedHead ?? (database === undefined ? headFileOf(join(data, IDENTITY_FILE)) : undefined);
  if (file === undefined) return undefined;
  try {
    await access(file);
  } catch (cause) {
    if (signedHead === undefined) return undefined;
    throw new CommandFailure(
      EXIT.environment,
      `${file} cannot be read: ${systemErrorReason(cause)}. Check the path.`,
      { cause },
    );
  }
  const heads = await openHeadFile(file);
  try {
    return heads.read();
  } finally {
    heads.close();
  }
}

async function checkServed(store: Store, { checkpoint }: KeptHead): Promise<void> {
  const why = await verifyServable(store, { revision: 0, checkpoint, broken: null });
  if (why !== undefined) throw new CommandFailure(EXIT.refused, why.message, { cause: why });
}

async function readCheckpoint(file: string): Promise<Checkpoint> {
  const limit = { bytes: 64 * 1024, sentence: 'The file is too large for a checkpoint.' };
  const bytes = await readBytes(file, limit);
  try {
    return checkpoint.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new CommandFailure(
      EXIT.environment,
      `${file} is not a checkpoint. Give a file with the exact response of /v1/checkpoint.`,
      { cause },
    );
  }
}
