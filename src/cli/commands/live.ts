/** `promptforge live`: shows what was live at an instant, from the registry's own data or a remote registry. */
import { Command, Option } from 'commander';
import type { LiveOptions } from '../actions/live.ts';
import { databaseOption, dataOption } from '../registry-options.ts';
import { instantArgument } from '../times.ts';
import { channelArgument, environmentArgument, promptArgument } from '../values.ts';

export function liveCommand(): Command {
  return new Command('live')
    .argument('<prompt>', 'the name of the prompt, such as support/triage', promptArgument)
    .addOption(
      new Option('--environment <name>', 'where it was live')
        .argParser(environmentArgument)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--channel <name>', 'the channel to look up').argParser(channelArgument).default('stable'),
    )
    .addOption(
      new Option(
        '--at <instant>',
        'such as 2026-09-12T14:03:00Z or 2026-09-12T16:03:00+02:00 (default: now)',
      ).argParser(instantArgument),
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(
      new Option(
        '--registry <url>',
        'use a remote registry instead, with the key in PROMPTFORGE_KEY',
      ).conflicts(['data', 'database']),
    )
    .option('--json', 'print everything as the API returns it')
    .addHelpText(
      'after',
      `
Writes only the text to stdout, as applications got it. Author, reason, time span and the event
that proves it go to stderr. At the instant of a promotion, its version is already live.

Examples:
  promptforge live support/triage --environment production --at 2026-09-12T14:03:00Z
  promptforge live support/triage --environment production --registry https://prompts.example.com --json`,
    )
    .action(async (prompt, options: LiveOptions) =>
      (await import('../actions/live.ts')).live(prompt, options),
    );
}
