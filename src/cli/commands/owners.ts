/** `promptforge owners`: of whom one must approve which prompts in an environment. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { DecideOwnersOptions, SetOwnersOptions, ShowOwnersOptions } from '../actions/owners.ts';
import { remoteOption } from '../remote-options.ts';
import { environmentArgument, givenArgument } from '../values.ts';
import { reasonOption } from '../working/move-options.ts';

export function ownersCommand(): Command {
  return new Command('owners')
    .addCommand(showCommand())
    .addCommand(setCommand())
    .addCommand(decideCommand('approve', 'approve the change that waits and that another requested'))
    .addCommand(decideCommand('reject', 'reject the change that waits'))
    .addCommand(decideCommand('cancel', 'take back the change that waits and that you requested'));
}

function environmentOption(): Option {
  return new Option('--environment <name>', 'where they approve')
    .argParser(environmentArgument)
    .makeOptionMandatory();
}

function idArgument(): Argument {
  return new Argument('<id>', 'of the change, as "promptforge owners show" tells it').argParser(text => {
    if (/^[1-9][0-9]{0,14}$/.test(text)) return text;
    throw new InvalidArgumentError('It is a number, such as 402.');
  });
}

function showCommand(): Command {
  return new Command('show')
    .description('print the owners, and the change that waits')
    .addOption(environmentOption())
    .option('--waiting', 'print the text that waits for approval instead')
    .addOption(remoteOption())
    .option('--json', 'print them as the API gives them')
    .addHelpText(
      'after',
      `
The text alone goes to stdout, so that it can be changed and set again; what waits and what to look at to stderr.

Examples:
  promptforge owners show --environment production > OWNERS
  promptforge owners show --environment production --waiting | diff OWNERS -`,
    )
    .action(async (options: ShowOwnersOptions) => (await import('../actions/owners.ts')).show(options));
}

function setCommand(): Command {
  return new Command('set')
    .description('request that a text becomes the owners; others must approve it, as a promotion')
    .argument('<file>', 'the text, or - for stdin', givenArgument)
    .addOption(environmentOption())
    .addOption(reasonOption())
    .addOption(remoteOption())
    .option('--json', 'print the change as the API gives it')
    .addHelpText(
      'after',
      `
Each line has a pattern and its owners; of the lines that match a prompt the last decides. "*" is any part of a name
between two slashes, "**" any number of folders, and "*" alone every prompt. "#" begins a comment.

  *            @dana
  support/**   @sam @lee     # one of them

A text by which nobody could approve is refused. It needs a key of the environment with the role admin.

Examples:
  promptforge owners set OWNERS --environment production --reason "Support looks after its prompts"`,
    )
    .action(async (file: string, options: SetOwnersOptions) =>
      (await import('../actions/owners.ts')).set(file, options),
    );
}

function decideCommand(action: 'approve' | 'reject' | 'cancel', description: string): Command {
  return new Command(action)
    .description(description)
    .addArgument(idArgument())
    .addOption(environmentOption())
    .addOption(
      new Option('--comment <text>', 'why; it is kept permanently')
        .argParser(givenArgument)
        .makeOptionMandatory(action === 'reject'),
    )
    .addOption(remoteOption())
    .option('--json', 'print the change as the API gives it')
    .addHelpText(
      'after',
      `\nExamples:\n  promptforge owners ${action} 402 --environment production${action === 'reject' ? ' --comment "Not this week"' : ''}`,
    )
    .action(async (id: string, options: DecideOwnersOptions) =>
      (await import('../actions/owners.ts')).decide(action, id, options),
    );
}
