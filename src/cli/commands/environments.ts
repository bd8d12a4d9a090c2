/** `promptforge environments`: the policies, read and changed on the data folder or database itself. */
import { Command, Option } from 'commander';
import type { EnvironmentName } from '../../core/environment.ts';
import type { ListEnvironmentsOptions, SetEnvironmentOptions } from '../actions/environments.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';
import { booleanArgument, channelsArgument, choice, environmentArgument, numberArgument } from '../values.ts';

export function environmentsCommand(): Command {
  return new Command('environments').addCommand(listCommand()).addCommand(setCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('list the environments with their policies, in promotion order')
    .addOption(dataOption())
    .addOption(databaseOption())
    .option('--json', 'print them as the API returns them')
    .addHelpText(
      'after',
      `
Examples:
  promptforge environments list
  promptforge environments list --json`,
    )
    .action(async (options: ListEnvironmentsOptions) =>
      (await import('../actions/environments.ts')).list(options),
    );
}

function setCommand(): Command {
  return new Command('set')
    .description('change the given parts of the policy of an environment')
    .argument('<name>', 'the environment', environmentArgument)
    .addOption(
      new Option(
        '--approvals <number>',
        'how many people other than the requester must approve a promotion',
      ).argParser(numberArgument(0, 16)),
    )
    .addOption(
      new Option('--serves <channels>', 'channels its keys may read, such as latest,stable').argParser(
        channelsArgument,
      ),
    )
    .option('--new-channels', 'serve channels that do not exist yet, although their names resemble others')
    .addOption(
      choice(
        new Option('--pins <which>', 'exact versions its keys may read: any, or only what was live there'),
        ['any', 'released'],
      ),
    )
    .addOption(
      new Option('--publishes <boolean>', 'whether its author keys may publish').argParser(booleanArgument),
    )
    .addOption(
      new Option(
        '--promote-from <environment>',
        'where a version must have been stable before, or none',
      ).argParser(environmentArgument),
    )
    .addOption(
      new Option(
        '--rollback-needs-approval <boolean>',
        'whether a rollback waits for approvals too',
      ).argParser(booleanArgument),
    )
    .addOption(
      new Option(
        '--authors-may-approve <boolean>',
        'whether the authors of what a promotion changes may approve it',
      ).argParser(booleanArgument),
    )
    .addOption(
      new Option(
        '--authors-read-drafts <boolean>',
        'whether its author keys may read versions that were never live there or where it promotes from',
      ).argParser(booleanArgument),
    )
    .option('--add', 'create the environment after the others; its policy is strict unless you change it')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .option('--json', 'print the environment as the API returns it')
    .addHelpText(
      'after',
      `
Examples:
  promptforge environments set production --approvals 2
  promptforge environments set staging --serves latest,stable,canary --pins any
  promptforge environments set production --promote-from none
  promptforge environments set eu-production --add --promote-from staging --approvals 1`,
    )
    .action(async (name: EnvironmentName, options: SetEnvironmentOptions) =>
      (await import('../actions/environments.ts')).set(name, options),
    );
}
