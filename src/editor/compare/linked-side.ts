/**
 * One side of a comparison with its partials: for a version, those it was published with; for a file, those that
 * publishing would use.
 */
import type { SourceWithPartials } from '../../core/changed-sources.ts';
import type { LinkedPartial } from '../../core/flatten.ts';
import { type PromptName, partialCandidates } from '../../core/name.ts';
import { linkRecorded, type PartialVersions, type RecordedSource } from '../../core/recorded-partials.ts';
import { parseSource, sourceKindOf } from '../../core/source.ts';
import { partialUses } from '../../core/template.ts';
import type { VersionNumber } from '../../core/version.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { fetchVersion } from '../versions/version-files.ts';
import type { Workbench } from '../workbench.ts';

type Holding = Pick<Workbench, 'session' | 'prompts'>;
export type ReadVersion = (prompt: PromptName, version: VersionNumber) => Promise<RecordedSource>;

/** Reads versions of a registry, by default the window's, or from the cache. */
export function versionReader(
  { session }: Pick<Workbench, 'session'>,
  registry: string = session.registry ?? EMBEDDED,
): ReadVersion {
  return (prompt, version) => fetchVersion(session, { registry, prompt, version });
}

/** @throws MissingKey, Problem, RegistryUnreachable for what cannot be fetched */
export async function linkedVersion(
  holding: Holding,
  prompt: PromptName,
  version: VersionNumber,
  registry?: string,
): Promise<SourceWithPartials> {
  const read = versionReader(holding, registry);
  const { source, partials } = await read(prompt, version);
  return linkedSource(prompt, source, await linkRecorded(partials, read));
}

/**
 * A source that is not published yet, with the newest versions of its partials, as publishing would record them. A
 * partial that the registry does not have is left out: publishing refuses it.
 * @throws as `linkedVersion`; Problem `invalid_source` for a template that cannot be read
 */
export async function linkedDraft(
  holding: Holding,
  prompt: PromptName,
  source: string,
): Promise<SourceWithPartials> {
  const recorded = newestPartials(holding, prompt, source);
  return linkedSource(prompt, source, await linkRecorded(recorded, versionReader(holding)));
}

/** The partials that publishing `source` would record now, by reference as written, according to the list of prompts. */
export function newestPartials(
  { prompts }: Pick<Workbench, 'prompts'>,
  prompt: PromptName,
  source: string,
): PartialVersions {
  const newest = (reference: string) =>
    partialCandidates(prompt, reference)
      .map(name => prompts.listed.get(name)?.summary)
      .find(summary => summary !== undefined && !summary.archived)?.newest;
  const entries = partialUses(parseSource(source, sourceKindOf(prompt)).template).flatMap(({ reference }) => {
    const found = newest(reference);
    return found === undefined
      ? []
      : [[reference, { prompt: found.prompt, version: found.version }] as const];
  });
  return Object.fromEntries(entries);
}

function linkedSource(
  prompt: PromptName,
  source: string,
  partials: ReadonlyMap<string, LinkedPartial>,
): SourceWithPartials {
  return { source, template: parseSource(source, sourceKindOf(prompt)).template, partials };
}
