/** The partials that publishing recorded with a version, and theirs: the exact versions in its text. */
import type { LinkedPartial } from './flatten.ts';
import type { PromptName } from './name.ts';
import { parsePublished, sourceKindOf } from './source.ts';
import { type VersionNumber, versionReference } from './version.ts';

/** By reference as written, the version that it permanently refers to. */
export type PartialVersions = Readonly<
  Record<string, { readonly prompt: PromptName; readonly version: VersionNumber }>
>;

export interface RecordedSource {
  readonly source: string;
  readonly partials: PartialVersions;
}

/** Links recorded partials. Reads each version once, however often it is used. Fails if `read` fails. */
export async function linkRecorded(
  recorded: PartialVersions,
  read: (prompt: PromptName, version: VersionNumber) => Promise<RecordedSource>,
  done: Map<string, Promise<LinkedPartial>> = new Map(),
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
    const { template, templateOffset } = parsePublished(source, sourceKindOf(prompt));
    return { id, template, templateOffset, source, partials: await linkRecorded(partials, read, done) };
  }
}
