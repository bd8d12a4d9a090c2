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
    .addCommand(decideCommand('approve', 'approve a pending change that someone else requested'))
    .addCommand(decideCommand('reject', 'reject a pending change'))
    .addCommand(decideCommand('cancel', 'cancel a pending change that you requested'));
}

function environmentOption(): Option {
  return new Option('--environment <name>', 'where they approve')
    .argParser(environmentArgument)
    .makeOptionMandatory();
}

function idArgument(): Argument {
  return new Argument('<id>', 'the id of the change, as "promptforge owners show" prints it').argParser(
    text => {
      if (/^[1-9][0-9]{0,14}$/.test(text)) return text;
      throw new InvalidArgumentError('It is a number, such as 402.');
    },
  );
}

function showCommand(): Command {
  return new Command('show')
    .description('print the owners and the pending change')
    .addOption(environmentOption())
    .option('--waiting', 'print the pending text instead')
    .addOption(remoteOption())
    .option('--json', 'print them as the API returns them')
    .addHelpText(
      'after',
      `
Writes only the text to stdout, so that you can edit it and set it again; pending changes and warnings go to stderr.

Examples:
  promptforge owners show --environment production > OWNERS
  promptforge owners show --environment production --waiting | diff OWNERS -`,
    )
    .action(async (options: ShowOwnersOptions) => (await import('../actions/owners.ts')).show(options));
}

function setCommand(): Command {
  return new Command('set')
    .description('request a change of the owners; like a promotion, it needs approval by others')
    .argument('<file>', 'the text, or - for stdin', givenArgument)
    .addOption(environmentOption())
    .addOption(reasonOption())
    .addOption(remoteOption())
    .option('--json', 'print the change as the API returns it')
    .addHelpText(
      'after',
      `
Each line has a pattern and its owners; the last line that matches a prompt applies. "*" matches any part of a name
between two slashes, "**" any number of folders, and "*" alone every prompt. "#" begins a comment.

  *            @dana
  support/**   @sam @lee     # one of them

Owners who could not approve are refused. Needs an admin key of the environment.

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
      new Option('--comment <text>', 'the reason; it is kept permanently')
        .argParser(givenArgument)
        .makeOptionMandatory(action === 'reject'),
    )
    .addOption(remoteOption())
    .option('--json', 'print the change as the API returns it')
    .addHelpText(
      'after',
      `\nExamples:\n  promptforge owners ${action} 402 --environment production${action === 'reject' ? ' --comment "Not this week"' : ''}`,
    )
    .action(async (id: string, options: DecideOwnersOptions) =>
      (await import('../actions/owners.ts')).decide(action, id, options),
    );
}
