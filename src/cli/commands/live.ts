/** `promptforge live`: what was live at an instant, asked of the registry's own data or of a registry that serves. */
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
      new Option('--channel <name>', 'the channel that was read')
        .argParser(channelArgument)
        .default('stable'),
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
        'ask a registry that serves instead, with the key in PROMPTFORGE_KEY',
      ).conflicts(['data', 'database']),
    )
    .option('--json', 'print everything as the API gives it')
    .addHelpText(
      'after',
      `
The text alone goes to stdout, as applications got it; who, why, from when until when, and
the event that proves it to stderr. The instant of a promotion belongs to its version.

Examples:
  promptforge live support/triage --environment production --at 2026-09-12T14:03:00Z
  promptforge live support/triage --environment production --registry https://prompts.example.com --json`,
    )
    .action(async (prompt, options: LiveOptions) =>
      (await import('../actions/live.ts')).live(prompt, options),
    );
}
