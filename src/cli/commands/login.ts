/** `promptforge login`: stores a key in the keychain of this machine, which the editor uses, too. */
import { Command } from 'commander';
import { RegistryClient } from '../../client/registry-client.ts';
import { parseKey } from '../../core/key.ts';
import { Keychain, loadKeytar } from '../../keys/keychain.ts';
import { originOf } from '../../keys/origin.ts';
import { probeKeychain } from '../../keys/probe-keychain.ts';
import { keyVariable } from '../../keys/variables.ts';
import { abandon } from '../abandoned.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, printJson, say } from '../output.ts';
import { readSecret } from '../read-secret.ts';
import { openRemote, type RemoteOptions, whoIs } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';

interface LoginOptions extends RemoteOptions {
  readonly json?: true;
}

export function loginCommand(): Command {
  return new Command('login')
    .addOption(remoteOption())
    .option('--json', 'print the record of the key as the API returns it')
    .addHelpText(
      'after',
      `
Asks for a key without showing it, or reads it from stdin. The key names its environment. It is
tested with the registry, then stored in the keychain of this machine, only for this registry and
environment. VS Code finds it there, too.

Examples:
  promptforge login
  promptforge login --registry https://prompts.example.com < key`,
    )
    .action(login);
}

async function login(options: LoginOptions): Promise<void> {
  const { url } = await openRemote(options);
  const { key, environment } = parseKey(await readSecret(`Key for ${url}`));
  const who = await new RegistryClient({ url, key }).currentKey();
  const probe = await probeKeychain(loadKeytar, undefined, 'try again');
  if (!probe.available) {
    abandon();
    throw new CommandFailure(
      EXIT.environment,
      `The key is valid, but cannot be stored: ${probe.why} Or set ${keyVariable(environment)}.`,
    );
  }
  await new Keychain(probe.keytar).set(originOf(url), environment, key);
  if (options.json) return printJson(who);
  await say(line`You are ${whoIs(who)}, in ${environment} at ${url}. The key is in the keychain.`);
}
