/** Two versions of a prompt that are compared, each given as a number or as `channel@environment`. */
import type { Version } from '../../contract/prompts.ts';
import { LATEST, parseChannel } from '../../core/channel.ts';
import { parseEnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { parseVersionNumber, type VersionNumber } from '../../core/version.ts';
import type { Contents, Prepare } from '../delivery/content.ts';
import { readEnvironment } from '../environments.ts';
import { readPointer } from '../promotions/pointers.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { readPrompt, readVersion } from './version-rows.ts';

/** One side of a comparison. */
export interface FoundVersion {
  readonly version: Version;
  readonly prepare: Prepare;
}

/** @throws Problem `prompt_not_found`, `version_not_found`, `environment_not_found`, `channel_unset`, `invalid_request` */
export async function readCompared(
  snapshot: ReadSnapshot,
  contents: Contents,
  name: PromptName,
  ends: { readonly from: string; readonly to: string },
): Promise<{ readonly from: FoundVersion; readonly to: FoundVersion }> {
  const read = async (end: string): Promise<FoundVersion> => {
    const version = await readVersion(snapshot, name, await versionOf(snapshot, name, end));
    return { version, prepare: await contents(snapshot, name, version.version as VersionNumber) };
  };
  return { from: await read(ends.from), to: await read(ends.to) };
}

async function versionOf(snapshot: ReadSnapshot, name: PromptName, end: string): Promise<VersionNumber> {
  const at = end.indexOf('@');
  if (at < 0) return parseVersionNumber(end);
  const channel = parseChannel(end.slice(0, at));
  const environment = await readEnvironment(snapshot, parseEnvironmentName(end.slice(at + 1)));
  const prompt = await readPrompt(snapshot, name);
  if (channel === LATEST) return prompt.newest;
  return readPointer(snapshot, name, environment.name, channel);
}
