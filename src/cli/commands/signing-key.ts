/** `promptforge signing-key`: replaces the key that signs checkpoints. */
import { Command, Option } from 'commander';
import { isBlank } from '../../core/visible-text.ts';
import { COMMAND_LINE } from '../../registry/access/caller.ts';
import { openIdentity } from '../../registry/identity.ts';
import { openHeadFile } from '../../registry/proof/head-file.ts';
import { integrity } from '../../registry/proof/integrity.ts';
import { verifyServable } from '../../registry/proof/open-signing.ts';
import { signer } from '../../registry/proof/signer.ts';
import { replaceSigningKey } from '../../registry/proof/signing-key.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say } from '../output.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';
import { signedHeadFile } from '../signed-head-file.ts';
import { existingKey, type SigningOptions, signingFiles } from '../signing-files.ts';
import { pathArgument } from '../values.ts';
import { withRegistry } from '../with-registry.ts';

export function signingKeyCommand(): Command {
  const command = new Command('signing-key');
  command
    .command('replace')
    .description('replace the signing key, endorsed by the present one')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .addOption(
      new Option('--new-key <file>', 'the new key (PEM), created if it does not exist')
        .makeOptionMandatory()
        .argParser(pathArgument),
    )
    .option('--lost', 'the present key is lost: clients will raise an alarm')
    .option('--reason <text>', 'why it is lost; visible to everyone in the log')
    .option('--json', 'print the new signing key and the event that names it')
    .addHelpText(
      'after',
      `
Stop "serve" first, and start it with --registry-key <new file> afterwards. Both keys sign the
event, so clients trust the new key like the old one. The secrets of webhooks are derived from
the key: create webhooks again.

Examples:
  promptforge signing-key replace --registry-key old.pem --new-key new.pem
  promptforge signing-key replace --new-key new.pem --lost --reason "The disk with the key failed"`,
    )
    .action((options: ReplaceOptions) => replace(options));
  return command;
}

interface ReplaceOptions extends SigningOptions {
  readonly newKey: string;
  readonly json?: true;
  readonly lost?: true;
  readonly reason?: string;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem, Problem `invalid_request` */
async function replace(options: ReplaceOptions): Promise<void> {
  const { newKey, lost, reason = '' } = options;
  if (lost && isBlank(reason))
    throw new CommandFailure(
      EXIT.usage,
      'Give the reason for the loss with --reason. It is kept in the log.',
    );
  const { keyFile, headFile } = lost
    ? { keyFile: undefined, headFile: undefined }
    : await signingFiles(options);
  await withRegistry(options, { create: false, evenBroken: true }, async store => {
    const old = keyFile === undefined ? null : await existingKey(keyFile);
    if (headFile !== undefined) {
      const heads = await openHeadFile(headFile);
      try {
        const why = await verifyServable(store, heads.read());
        if (why !== undefined) throw why;
      } finally {
        heads.close();
      }
    }
    const identity = await openIdentity(newKey);
    await replaceSigningKey(store, COMMAND_LINE, {
      old,
      new: identity,
      ...(lost && { reason: reason.trim() }),
    });
    const heads = await openHeadFile(await signedHeadFile({ ...options, signedHead: undefined }, newKey));
    const fail = (error: unknown): never => {
      throw error;
    };
    try {
      heads.replace(heads.read().revision, { checkpoint: null, broken: null });
      const intact = integrity({ heads, onBroken: fail, onFault: fail });
      const { seq } = await signer({ store, integrity: intact, identity, heads, onFault: fail }).checkpoint();
      if (options.json) await printJson({ event: seq, publicKey: identity.publicKey });
      else await print(line`Event ${seq} names ${identity.publicKey} as the new signing key.`);
    } finally {
      heads.close();
    }
  });
  await say(line`Start "promptforge serve" with --registry-key ${newKey}, and create webhooks again.`);
  if (lost) await say(line`The old key did not endorse it, so clients raise an alarm. Inform their users.`);
}
