/** `promptforge release`: one release, and what is done with all of it. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { DecideReleaseOptions, RollBackOptions, ShowReleaseOptions } from '../actions/release.ts';
import { remoteOption } from '../remote-options.ts';
import { givenArgument } from '../values.ts';
import { reasonOption } from '../working/move-options.ts';

export function releaseCommand(): Command {
  return new Command('release')
    .addCommand(showCommand())
    .addCommand(
      decideCommand('approve', 'approve the pending promotions of a release that others requested and wrote'),
    )
    .addCommand(decideCommand('reject', 'reject the pending promotions of a release'))
    .addCommand(decideCommand('cancel', 'cancel the pending promotions of a release that you requested'))
    .addCommand(rollBackCommand());
}

function idArgument(): Argument {
  return new Argument('<id>', 'the id of the release, as "promptforge releases" lists it').argParser(text => {
    if (/^[1-9][0-9]{0,14}$/.test(text)) return text;
    throw new InvalidArgumentError('It is a number, such as 318.');
  });
}

function showCommand(): Command {
  return new Command('show')
    .description('show the promotions of a release and their state')
    .addArgument(idArgument())
    .addOption(remoteOption())
    .option('--json', 'print it as the API returns it')
    .addHelpText('after', '\nExamples:\n  promptforge release show 318')
    .action(async (id: string, options: ShowReleaseOptions) =>
      (await import('../actions/release.ts')).show(id, options),
    );
}

function decideCommand(action: 'approve' | 'reject' | 'cancel', description: string): Command {
  return new Command(action)
    .description(description)
    .addArgument(idArgument())
    .addOption(
      new Option('--comment <text>', 'the reason; it is kept permanently')
        .argParser(givenArgument)
        .makeOptionMandatory(action === 'reject'),
    )
    .addOption(remoteOption())
    .option('--json', 'print the result as the API returns it')
    .addHelpText(
      'after',
      `
An atomic release is decided as a whole or not at all. Otherwise, if one promotion is refused, the others continue
and the exit code is 1.

Examples:
  promptforge release ${action} 318 --comment "${action === 'approve' ? 'Read all of it' : 'Not this week'}"`,
    )
    .action(async (id: string, options: DecideReleaseOptions) =>
      (await import('../actions/release.ts')).decide(action, id, options),
    );
}

function rollBackCommand(): Command {
  return new Command('roll-back')
    .description('roll all prompts of a release back to what was live before it')
    .addArgument(idArgument())
    .addOption(reasonOption())
    .addOption(remoteOption())
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print the result as the API returns it')
    .addHelpText(
      'after',
      `
All prompts are rolled back at once, as a release of its own. Prompts of which another version is live by now, or
that were not live before, are unchanged.

Examples:
  promptforge release roll-back 318 --reason "Wrong fees" --yes`,
    )
    .action(async (id: string, options: RollBackOptions) =>
      (await import('../actions/release.ts')).rollBack(id, options),
    );
}
