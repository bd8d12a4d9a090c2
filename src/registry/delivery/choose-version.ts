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
 * `prompt_not_found`, `channel_unset`, `version_not_found`, `version_not_released`
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
  if (version !== undefined)
    return {
      version: await exactVersion(snapshot, environment, prompt, version as VersionNumber),
      channel: null,
    };
  const asked = channel ?? STABLE;
  checkChannelServed(environment, asked);
  const { newest } = await readPrompt(snapshot, prompt);
  if (asked === LATEST) return { version: newest, channel: asked };
  return { version: await readPointer(snapshot, prompt, environment.name, asked), channel: asked };
}

async function exactVersion(
  snapshot: Snapshot,
  { name, policy }: Environment,
  prompt: PromptName,
  version: VersionNumber,
): Promise<VersionNumber> {
  const row = await readPrompt(snapshot, prompt);
  if (version > row.newest) throw versionNotFound(row, version);
  if (policy.pins === 'released' && !(await wasLive(snapshot, prompt, version, name)))
    throw new Problem(
      'version_not_released',
      `${versionReference(prompt, version)} was never live in ${name}, which serves only versions that were. Promote it there first.`,
    );
  return version;
}
