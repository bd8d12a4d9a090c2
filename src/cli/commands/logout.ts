/** `promptforge logout`: removes a key from the keychain of this machine. */
import { Command } from 'commander';
import type { EnvironmentName } from '../../core/environment.ts';
import { Keychain, loadKeytar } from '../../keys/keychain.ts';
import { originOf } from '../../keys/origin.ts';
import { probeKeychain } from '../../keys/probe-keychain.ts';
import { abandon } from '../abandoned.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, printJson, say } from '../output.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { environmentArgument } from '../values.ts';

interface LogoutOptions extends RemoteOptions {
  readonly json?: true;
}

export function logoutCommand(): Command {
  return new Command('logout')
    .argument('<environment>', 'the environment of the key', environmentArgument)
    .addOption(remoteOption())
    .option('--json', 'print whether a key was removed')
    .addHelpText(
      'after',
      `
The key itself stays valid until an admin revokes it ("promptforge keys revoke"). Succeeds if the
keychain has no key.

Examples:
  promptforge logout production`,
    )
    .action(logout);
}

async function logout(environment: EnvironmentName, options: LogoutOptions): Promise<void> {
  const { url } = await openRemote(options);
  const probe = await probeKeychain(loadKeytar, undefined, 'try again');
  if (!probe.available) {
    abandon();
    throw new CommandFailure(EXIT.environment, probe.why);
  }
  const removed = await new Keychain(probe.keytar).delete(originOf(url), environment);
  if (options.json) return printJson({ registry: url, environment, removed });
  await say(
    removed
      ? line`The key of ${environment} at ${url} is no longer in the keychain. It stays valid until it is revoked.`
      : line`The keychain has no key for ${environment} at ${url}.`,
  );
}
