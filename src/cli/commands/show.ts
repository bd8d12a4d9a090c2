/** `promptforge show`: prints the source of a version, as it was published. */
import { Command } from 'commander';
import { printJson, printText } from '../output.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { type PromptVersion, promptVersionArgument } from '../working/prompt-version.ts';

interface ShowOptions extends RemoteOptions {
  readonly json?: true;
}

export function showCommand(): Command {
  return new Command('show')
    .argument(
      '<prompt>',
      'such as support/triage@12, or support/triage for the newest',
      promptVersionArgument,
    )
    .addOption(remoteOption())
    .option('--json', 'print the version as the API returns it')
    .addHelpText(
      'after',
      `
Prints the exact bytes of the source, including its front matter.

Examples:
  promptforge show support/triage@12
  promptforge show support/triage > triage.prompt`,
    )
    .action(show);
}

async function show({ name, version }: PromptVersion, options: ShowOptions): Promise<void> {
  const { client } = await (await openRemote(options)).clientFor({ kind: 'read' });
  const found = await client.getVersion(name, version ?? (await client.getPrompt(name)).newest.version);
  if (options.json) await printJson(found);
  else await printText(found.source);
}
