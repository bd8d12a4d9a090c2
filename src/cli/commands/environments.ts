/** `promptforge environments`: lists and changes policies directly on the data folder or database. */
import { Command, Option } from 'commander';
import { type Channel, STABLE } from '../../core/channel.ts';
import {
  type Environment,
  type EnvironmentName,
  handlesDrafts,
  type Policy,
} from '../../core/environment.ts';
import { nearest } from '../../core/near.ts';
import { Problem } from '../../core/problem.ts';
import { COMMAND_LINE } from '../../registry/access/caller.ts';
import { listEnvironments } from '../../registry/administration.ts';
import { suggestChannel } from '../../registry/channels.ts';
import { readEnvironments, setEnvironment } from '../../registry/environments.ts';
import type { ReadSnapshot } from '../../registry/store/store.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { print, printJson, type TerminalText, table } from '../output.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';
import { booleanArgument, channelsArgument, choice, environmentArgument, numberArgument } from '../values.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

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
    .action((options: ListEnvironmentsOptions) => list(options));
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
    .action((name: EnvironmentName, options: SetEnvironmentOptions) => set(name, options));
}

interface ListEnvironmentsOptions extends RegistryOptions {
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem */
async function list({ json, ...place }: ListEnvironmentsOptions): Promise<void> {
  const environments = await withRegistry(place, { create: false }, listEnvironments);
  if (json) return printJson({ data: environments, nextCursor: null });
  await print(policyTable(environments));
}

interface SetEnvironmentOptions extends RegistryOptions {
  readonly serves?: readonly Channel[];
  /** True if `serves` may name new channels whose names resemble existing ones. */
  readonly newChannels?: true;
  readonly pins?: Policy['pins'];
  readonly publishes?: boolean;
  /** `none` removes the condition, even if an environment has that name. */
  readonly promoteFrom?: EnvironmentName;
  readonly approvals?: number;
  readonly rollbackNeedsApproval?: boolean;
  readonly authorsMayApprove?: boolean;
  readonly authorsReadDrafts?: boolean;
  readonly add?: true;
  readonly json?: true;
}

const NONE = 'none';
/** The policy of an added environment: it serves nothing that was not released there. */
const STRICT: Policy = {
  serves: [STABLE],
  pins: 'released',
  publishes: false,
  promoteFrom: null,
  approvals: 0,
  rollbackNeedsApproval: false,
  authorsMayApprove: false,
  authorsReadDrafts: false,
};

/**
 * @throws CommandFailure, DataFolderProblem, DatabaseProblem, Problem `environment_not_found`, or `invalid_request` when environments
 * would promote in a circle
 */
async function set(
  name: EnvironmentName,
  { data, database, registryKey, json, add, newChannels, ...given }: SetEnvironmentOptions,
): Promise<void> {
  if (Object.keys(given).length === 0 && add === undefined)
    throw new CommandFailure(
      EXIT.usage,
      'There is nothing to change. Add at least one option, such as --approvals 2; --help lists them.',
    );
  const { environment } = await withRegistry(
    {
      data,
      ...(database !== undefined && { database }),
      ...(registryKey !== undefined && { registryKey }),
    },
    { create: false },
    store =>
      // Read and set in one transaction, so that two people who change different parts both succeed.
      store.write(async transaction => {
        const all = await readEnvironments(transaction);
        const present = all.find(each => each.name === name);
        if (present === undefined && add === undefined) throw notThere(name, all);
        if (newChannels === undefined) await checkChannels(transaction, given.serves ?? []);
        const policy = changed(present?.policy ?? STRICT, given);
        return setEnvironment(transaction, store.now, COMMAND_LINE, { name, policy });
      }),
  );
  if (json) return printJson(environment);
  await print(policyTable([environment]));
}

function changed(
  policy: Policy,
  { promoteFrom, ...rest }: Partial<Omit<Policy, 'promoteFrom'>> & Pick<SetEnvironmentOptions, 'promoteFrom'>,
): Policy {
  const set = {
    ...policy,
    ...rest,
    ...(promoteFrom !== undefined && { promoteFrom: promoteFrom === NONE ? null : promoteFrom }),
  };
  // If drafts are served to all keys, authors read them without an option.
  const authorsReadDrafts = rest.authorsReadDrafts ?? (policy.authorsReadDrafts || handlesDrafts(set));
  return { ...set, authorsReadDrafts };
}

/**
 * Rejects unknown channels that resemble a known one: a typing error would serve a channel that nothing is ever promoted
 * to.
 * @throws CommandFailure
 */
async function checkChannels(snapshot: ReadSnapshot, channels: readonly Channel[]): Promise<void> {
  for (const channel of channels) {
    const meant = await suggestChannel(snapshot, channel);
    if (meant !== undefined)
      throw new CommandFailure(
        EXIT.refused,
        `There is no channel "${channel}". Did you mean "${meant}"? Correct the name, or add --new-channels to create it.`,
      );
  }
}

function notThere(name: EnvironmentName, all: readonly Environment[]): Problem {
  const names = all.map(environment => environment.name);
  const near = nearest(name, names);
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
  return new Problem(
    'environment_not_found',
    `There is no environment "${name}"; there are ${names.join(', ')}.${meant} Correct the name, or add --add to create it.`,
  );
}

function policyTable(environments: readonly Environment[]): TerminalText {
  return table(
    [
      'NAME',
      'SERVES',
      'PINS',
      'PUBLISHES',
      'PROMOTE FROM',
      'APPROVALS',
      'ROLLBACK NEEDS APPROVAL',
      'AUTHORS MAY APPROVE',
      'AUTHORS READ DRAFTS',
    ],
    environments.map(({ name, policy }) => [
      name,
      policy.serves.join(','),
      policy.pins,
      yesOrNo(policy.publishes),
      policy.promoteFrom ?? 'none',
      String(policy.approvals),
      yesOrNo(policy.rollbackNeedsApproval),
      yesOrNo(policy.authorsMayApprove),
      yesOrNo(policy.authorsReadDrafts),
    ]),
  );
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
