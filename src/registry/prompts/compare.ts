/** The diff of two versions of a prompt, each given as a number or as `channel@environment`. */
import type { Version } from '../../contract/prompts.ts';
import { LATEST, parseChannel } from '../../core/channel.ts';
import { unifiedDiff } from '../../core/diff.ts';
import { parseEnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { parseVersionNumber, type VersionNumber, versionReference } from '../../core/version.ts';
import { readEnvironment } from '../environments.ts';
import { readPointer } from '../promotions/pointers.ts';
import type { Snapshot } from '../store/store.ts';
import { readPrompt, readVersion } from './version-rows.ts';

export interface Comparison {
  readonly from: Version;
  readonly to: Version;
  /** As `diff -u` writes it; empty when the sources are the same. */
  readonly diff: string;
}

/** @throws Problem `prompt_not_found`, `version_not_found`, `environment_not_found`, `channel_unset`, `invalid_request` */
export async function compareVersions(
  snapshot: Snapshot,
  name: PromptName,
  ends: { readonly from: string; readonly to: string },
): Promise<Comparison> {
  const from = await readVersion(snapshot, name, await versionOf(snapshot, name, ends.from));
  const to = await readVersion(snapshot, name, await versionOf(snapshot, name, ends.to));
  const side = ({ version, source }: Version) => ({ label: versionReference(name, version), text: source });
  return { from, to, diff: unifiedDiff(side(from), side(to)) };
}

async function versionOf(snapshot: Snapshot, name: PromptName, end: string): Promise<VersionNumber> {
  const at = end.indexOf('@');
  if (at < 0) return parseVersionNumber(end);
  const channel = parseChannel(end.slice(0, at));
  const environment = await readEnvironment(snapshot, parseEnvironmentName(end.slice(at + 1)));
  const prompt = await readPrompt(snapshot, name);
  if (channel === LATEST) return prompt.newest;
  return readPointer(snapshot, name, environment.name, channel);
}
