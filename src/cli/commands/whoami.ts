/** `promptforge whoami`: shows the user's identity at the registry, for each of their keys. */
import { Command } from 'commander';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say, table } from '../output.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';

interface WhoamiOptions extends RemoteOptions {
  readonly json?: true;
}

export function whoamiCommand(): Command {
  return new Command('whoami')
    .addOption(remoteOption())
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
Each key is for one environment. Keys come from PROMPTFORGE_KEY_<ENVIRONMENT>, such as
PROMPTFORGE_KEY_PRODUCTION, from PROMPTFORGE_KEY, or from the keychain. Exits with 1 if the registry
accepts none.

Examples:
  promptforge whoami
  promptforge whoami --json`,
    )
    .action(whoami);
}

async function whoami(options: WhoamiOptions): Promise<void> {
  const remote = await openRemote(options);
  const identities = await remote.identities();
  const keys = identities.map(({ environment, from, state }) => ({
    environment,
    from,
    ...(state.kind === 'known'
      ? { accepted: true, ...state.who }
      : { accepted: false, why: state.kind === 'refused' ? state.why : '' }),
  }));
  if (options.json) await printJson({ registry: remote.url, keys });
  else if (keys.length > 0) {
    const rows = identities.map(({ environment, from, state }) =>
      state.kind === 'known'
        ? [environment, state.who.actor, state.who.role, state.who.expiresAt ?? '', from]
        : [environment, '', '', '', from],
    );
    await say(line`${remote.url}`);
    await print(table(['ENVIRONMENT', 'ACTOR', 'ROLE', 'EXPIRES', 'KEY FROM'], rows));
    for (const { environment, state } of identities)
      if (state.kind === 'refused') await say(line`${environment}: ${state.why}`);
  }
  if (keys.some(({ accepted }) => accepted)) return;
  if (keys.length > 0) throw new CommandFailure(EXIT.refused, `${remote.url} accepts none of your keys.`);
  const { whyNoKeychain } = remote;
  throw new CommandFailure(
    EXIT.refused,
    `There is no key for ${remote.url}. Run "promptforge login", or set PROMPTFORGE_KEY_<ENVIRONMENT>.${whyNoKeychain === undefined ? '' : ` (${whyNoKeychain})`}`,
  );
}
