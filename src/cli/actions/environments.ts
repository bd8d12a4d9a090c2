/** Runs `promptforge environments`. */
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
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export interface ListEnvironmentsOptions extends RegistryOptions {
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem */
export async function list({ json, ...place }: ListEnvironmentsOptions): Promise<void> {
  const environments = await withRegistry(place, { create: false }, listEnvironments);
  if (json) return printJson({ data: environments, nextCursor: null });
  await print(policyTable(environments));
}

export interface SetEnvironmentOptions extends RegistryOptions {
  readonly serves?: readonly Channel[];
  /** True if `serves` may name new channels whose names resemble existing ones. */
  readonly newChannels?: true;
  readonly pins?: Policy['pins'];
  readonly publishes?: boolean;
  /** `none`, which is therefore not a valid environment name, removes the condition. */
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
export async function set(
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
      // Read and set in one transaction, so that two who change different things both succeed.
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

/** Otherwise a typing error would serve a channel that nothing is ever promoted to. @throws CommandFailure */
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
