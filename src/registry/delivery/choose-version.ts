/** Resolves the version that a reader requests, and checks the environment's policy, which applies to every role alike. */
import { type Channel, LATEST, STABLE } from '../../core/channel.ts';
import {
  checkChannelServed,
  type Environment,
  type EnvironmentName,
  servesDrafts,
} from '../../core/environment.ts';
import { didYouMean } from '../../core/missing-partial.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { readEnvironment } from '../environments.ts';
import { channelUnset, findPointer, wasEverLive, wasLive } from '../promotions/pointers.ts';
import { namedInOtherCase } from '../prompts/similar-names.ts';
import { findPrompt, promptNotFound, versionNotFound } from '../prompts/version-rows.ts';
import type { ReadSnapshot } from '../store/store.ts';
import type { PromptsTable } from '../store/tables.ts';

/** A channel, `stable` when neither is given, or an exact version. */
export interface WantedVersion {
  readonly channel?: Channel | undefined;
  readonly version?: number | undefined;
}

export interface Chosen {
  readonly version: VersionNumber;
  /** Null for an exact version. */
  readonly channel: Channel | null;
}

/**
 * Its errors reveal nothing that the environment does not serve: a prompt that only has drafts does not exist, and
 * neither does a version that was never live if only those are served.
 * @throws Problem `invalid_request` for both at once, `environment_not_found`, `channel_not_served`,
 * `prompt_not_found`, `channel_unset`, `version_not_found`, `version_not_released`
 */
export async function chooseVersion(
  snapshot: ReadSnapshot,
  environmentName: EnvironmentName,
  prompt: PromptName,
  { channel, version }: WantedVersion,
): Promise<Chosen> {
  checkOneWanted({ channel, version });
  const environment = await readEnvironment(snapshot, environmentName);
  const chosen = await served(snapshot, environment, prompt, { channel, version });
  if (chosen !== undefined) return chosen;
  const existing = await namedInOtherCase(snapshot, prompt);
  const hasDrafts = servesDrafts(environment.policy);
  // If drafts are served, every prompt may be known, even if its channel is not set.
  const isKnown =
    existing !== undefined &&
    (hasDrafts || (await isServedToo(snapshot, environment, existing, { channel, version })));
  const meant = isKnown ? existing : undefined;
  throw hasDrafts ? promptNotFound(prompt, meant) : notServed(prompt, environment.name, meant);
}

/** @throws Problem `invalid_request` for a channel and a version at once */
export function checkOneWanted({ channel, version }: WantedVersion): void {
  if (channel !== undefined && version !== undefined)
    throw new Problem('invalid_request', 'Request a channel or a version, not both.', {
      fields: [{ pointer: '/version', message: 'cannot be given beside "channel"' }],
    });
}

/** The prompt may exist as a draft, so the error is the same as if it did not. */
function notServed(prompt: PromptName, environment: EnvironmentName, existing?: PromptName): Problem {
  return new Problem(
    'prompt_not_found',
    `${environment} serves no prompt "${prompt}".${existing === undefined ? ' Check the name, or promote a version there first.' : didYouMean(prompt, existing)}`,
    existing === undefined ? {} : { existing },
  );
}

async function isServedToo(
  snapshot: ReadSnapshot,
  environment: Environment,
  prompt: PromptName,
  wanted: WantedVersion,
): Promise<boolean> {
  try {
    return (await served(snapshot, environment, prompt, wanted)) !== undefined;
  } catch (error) {
    if (Problem.is(error)) return false;
    throw error;
  }
}

/** @returns undefined if the environment serves nothing of the prompt */
async function served(
  snapshot: ReadSnapshot,
  environment: Environment,
  prompt: PromptName,
  { channel = STABLE, version }: WantedVersion,
): Promise<Chosen | undefined> {
  if (version === undefined) {
    checkChannelServed(environment, channel);
    // A set pointer proves that the prompt exists.
    const target = channel === LATEST ? null : await findPointer(snapshot, prompt, environment.name, channel);
    if (target !== null) return { version: target, channel };
  }
  const row = await findPrompt(snapshot, prompt);
  if (row === undefined) return undefined;
  if (version === undefined && channel === LATEST) return { version: row.newest, channel };
  const exact =
    version === undefined ? null : await exactVersion(snapshot, environment, row, version as VersionNumber);
  if (exact !== null) return { version: exact, channel: null };
  if (!servesDrafts(environment.policy) && !(await wasEverLive(snapshot, prompt, environment.name)))
    return undefined;
  if (version === undefined) throw channelUnset(prompt, environment.name, channel);
  throw environment.policy.pins === 'released'
    ? notReleased(prompt, environment.name, version)
    : versionNotFound(row, version);
}

/** Null if the version does not exist or is not served. */
async function exactVersion(
  snapshot: ReadSnapshot,
  { name, policy }: Environment,
  row: PromptsTable,
  version: VersionNumber,
): Promise<VersionNumber | null> {
  if (policy.pins === 'any') return version > row.newest ? null : version;
  return (await wasLive(snapshot, row.name, version, name)) ? version : null;
}

function notReleased(prompt: PromptName, environment: EnvironmentName, version: number): Problem {
  return new Problem(
    'version_not_released',
    `${versionReference(prompt, version as VersionNumber)} was never live in ${environment}, which serves only versions that were. Promote it there first.`,
  );
}
