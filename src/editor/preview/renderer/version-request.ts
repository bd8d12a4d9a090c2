/**
 * What a published version renders from: its source, and of each partial the version that publishing recorded. It is
 * rendered here and not by the registry, so that a version and a file that is being written are shown alike: marked,
 * within limits, also where an input is missing, and from the cache where the registry is away.
 */
import type { Version } from '../../../contract/prompts.ts';
import type { LinkedPartial } from '../../../core/flatten.ts';
import type { PromptName } from '../../../core/name.ts';
import { parseSource } from '../../../core/source.ts';
import { type VersionNumber, versionReference } from '../../../core/version.ts';
import type { PreviewRequest } from './outcome.ts';

export type VersionContent = Pick<Version, 'prompt' | 'version' | 'source' | 'partials'>;
type ReadVersion = (prompt: PromptName, version: VersionNumber) => Promise<VersionContent>;

/** @param read a version's content, such as `RegistryClient.getVersion`; what it throws is thrown */
export async function versionRequest(
  of: VersionContent,
  read: ReadVersion,
): Promise<Pick<PreviewRequest, 'source' | 'partials' | 'label'>> {
  const label = versionReference(of.prompt, of.version);
  return { source: of.source, label, partials: await linked(of.partials, read, new Map()) };
}

/** Each version is read once, however often it is used. */
async function linked(
  recorded: Version['partials'],
  read: ReadVersion,
  done: Map<string, Promise<LinkedPartial>>,
): Promise<ReadonlyMap<string, LinkedPartial>> {
  const entries = Object.entries(recorded).map(async ([reference, { prompt, version }]) => {
    const id = versionReference(prompt, version);
    const partial = done.get(id) ?? readPartial(id, prompt, version);
    done.set(id, partial);
    return [reference, await partial] as const;
  });
  return new Map(await Promise.all(entries));

  async function readPartial(id: string, prompt: PromptName, version: VersionNumber): Promise<LinkedPartial> {
    const { source, partials } = await read(prompt, version);
    const { template, templateOffset } = parseSource(source);
    return { id, template, templateOffset, source, partials: await linked(partials, read, done) };
  }
}
