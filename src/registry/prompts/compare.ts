/**
 * The diff of two versions of a prompt, each given as a number or as `channel@environment`: of the source, of every
 * partial whose version differs, and of the text that they make together.
 */
import type { DiffPart, Version } from '../../contract/prompts.ts';
import { type ChangedPartial, changedPartials } from '../../core/changed-sources.ts';
import { LATEST, parseChannel } from '../../core/channel.ts';
import { type DiffSide, NOTHING, shareOfEdits, unifiedDiff } from '../../core/diff.ts';
import { parseEnvironmentName } from '../../core/environment.ts';
import { callerInputs } from '../../core/inputs/caller-inputs.ts';
import { compareInputs, type InputChange } from '../../core/inputs/compare-inputs.ts';
import type { PromptName } from '../../core/name.ts';
import { parsePublished, sourceKindOf } from '../../core/source.ts';
import { parseVersionNumber, type VersionNumber, versionReference } from '../../core/version.ts';
import type { Content, Contents } from '../delivery/content.ts';
import { readEnvironment } from '../environments.ts';
import { readPointer } from '../promotions/pointers.ts';
import type { Snapshot } from '../store/store.ts';
import { readPrompt, readVersion } from './version-rows.ts';

/** One side of a comparison: a version, and what it delivers. */
export interface ComparedVersion {
  readonly version: Version;
  readonly content: Content;
}

/** @throws Problem `prompt_not_found`, `version_not_found`, `environment_not_found`, `channel_unset`, `invalid_request` */
export async function readCompared(
  snapshot: Snapshot,
  contents: Contents,
  name: PromptName,
  ends: { readonly from: string; readonly to: string },
): Promise<{ readonly from: ComparedVersion; readonly to: ComparedVersion }> {
  const read = async (end: string): Promise<ComparedVersion> => {
    const version = await readVersion(snapshot, name, await versionOf(snapshot, name, end));
    return { version, content: await contents(snapshot, name, version.version as VersionNumber) };
  };
  return { from: await read(ends.from), to: await read(ends.to) };
}

/**
 * The parts that differ: the source, the partials in order of name, and last the resolved text, which is told only
 * where a partial differs: elsewhere it would repeat what the source shows.
 */
export function diffParts(name: PromptName, from: ComparedVersion, to: ComparedVersion): DiffPart[] {
  const partials = changedPartials(linked(from), linked(to));
  const edits = shareOfEdits(partials.length + 2);
  const part = (kind: DiffPart['kind'], left: DiffSide, right: DiffSide): DiffPart => ({
    kind,
    from: left === NOTHING ? null : left.label,
    to: right === NOTHING ? null : right.label,
    diff: unifiedDiff(left, right, edits),
  });
  const source = ({ version: { version, source } }: ComparedVersion): DiffSide => ({
    label: versionReference(name, version as VersionNumber),
    text: source,
  });
  const resolved = ({ version: { version }, content }: ComparedVersion): DiffSide => ({
    label: `${versionReference(name, version as VersionNumber)} (resolved)`,
    text: content.template,
  });
  const parts = [
    part('prompt', source(from), source(to)),
    ...partials.map(partial => part('partial', sideOf(partial.from), sideOf(partial.to))),
    ...(partials.length === 0 ? [] : [part('resolved', resolved(from), resolved(to))]),
  ];
  // Two versions of a partial may hold the same text: it is named all the same.
  return parts.filter(({ kind, diff }) => kind === 'partial' || diff !== '');
}

/** How the inputs that callers provide differ. */
export function inputChanges(from: ComparedVersion, to: ComparedVersion): InputChange[] {
  const inputs = (side: ComparedVersion) => callerInputs(side.content.metadata, linked(side));
  return compareInputs(inputs(from), inputs(to));
}

function linked({ version, content: { source, partials } }: ComparedVersion) {
  const kind = sourceKindOf(version.prompt as PromptName);
  return { template: parsePublished(source, kind).template, partials };
}

function sideOf(partial: ChangedPartial['from']): DiffSide {
  return partial === undefined ? NOTHING : { label: partial.id, text: partial.source ?? partial.template };
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
