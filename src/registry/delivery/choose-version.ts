/** Which version a reader gets, and whether the environment's policy lets it. It holds for every role alike. */
import { type Channel, LATEST, STABLE } from '../../core/channel.ts';
import { checkChannelServed, type Environment, type EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { readEnvironment } from '../environments.ts';
import { readPointer, wasLive } from '../promotions/pointers.ts';
import { readPrompt, versionNotFound } from '../prompts/version-rows.ts';
import type { Snapshot } from '../store/store.ts';
import type { PromptsTable } from '../store/tables.ts';

/** A channel, `stable` when neither is given, or an exact version. */
export interface Wanted {
  readonly channel?: Channel | undefined;
  readonly version?: number | undefined;
}

export interface Chosen {
  readonly version: VersionNumber;
  /** Null for an exact version. */
  readonly channel: Channel | null;
}

/**
 * @throws Problem `invalid_request` for both at once, `environment_not_found`, `channel_not_served`,
 * `prompt_not_found` (which names no prompt that would not be served either), `channel_unset`, `version_not_found`, `version_not_released`
 */
export async function chooseVersion(
  snapshot: Snapshot,
  environmentName: EnvironmentName,
  prompt: PromptName,
  { channel, version }: Wanted,
): Promise<Chosen> {
  if (channel !== undefined && version !== undefined)
    throw new Problem('invalid_request', 'Ask for a channel or for a version, not for both.', {
      fields: [{ pointer: '/version', message: 'cannot stand beside "channel"' }],
    });
  const environment = await readEnvironment(snapshot, environmentName);
  const isServed = async (other: PromptName): Promise<boolean> => {
    try {
      await served(snapshot, environment, other, { channel, version });
      return true;
    } catch (error) {
      if (Problem.is(error)) return false;
      throw error;
    }
  };
  return served(snapshot, environment, prompt, { channel, version }, isServed);
}

/** @param sees what else may be named where there is no such prompt; nothing unless told */
async function served(
  snapshot: Snapshot,
  environment: Environment,
  prompt: PromptName,
  { channel, version }: Wanted,
  sees: (other: PromptName) => Promise<boolean> = async () => false,
): Promise<Chosen> {
  const asked = channel ?? STABLE;
  if (version === undefined) checkChannelServed(environment, asked);
  const row = await readPrompt(snapshot, prompt, sees);
  if (version !== undefined)
    return {
      version: await exactVersion(snapshot, environment, row, version as VersionNumber),
      channel: null,
    };
  if (asked === LATEST) return { version: row.newest, channel: asked };
  return { version: await readPointer(snapshot, prompt, environment.name, asked), channel: asked };
}

async function exactVersion(
  snapshot: Snapshot,
  { name, policy }: Environment,
  row: PromptsTable,
  version: VersionNumber,
): Promise<VersionNumber> {
  if (version > row.newest) throw versionNotFound(row, version);
  if (policy.pins === 'released' && !(await wasLive(snapshot, row.name, version, name)))
    throw new Problem(
      'version_not_released',
      `${versionReference(row.name, version)} was never live in ${name}, which serves only versions that were. Promote it there first.`,
    );
  return version;
}
