/** The differences between two versions: their sources, partials, resolved text and inputs. */
import type { DiffPart, Version } from '../../contract/prompts.ts';
import { type ChangedPartial, changedPartials } from '../../core/changed-sources.ts';
import { type DiffSide, NOTHING, shareOfEdits, unifiedDiff } from '../../core/diff.ts';
import { callerInputs } from '../../core/inputs/caller-inputs.ts';
import { compareInputs, type InputChange } from '../../core/inputs/compare-inputs.ts';
import type { PromptName } from '../../core/name.ts';
import { parsePublished, sourceKindOf } from '../../core/source.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import type { DeliveredContent } from '../delivery/content.ts';

/** One side of a comparison: a version, and what it delivers. */
export interface ComparedVersion {
  readonly version: Version;
  readonly content: DeliveredContent;
}

/**
 * The parts that differ: the source, the partials in order of name, and last the resolved text, only if a partial
 * differs: otherwise it would repeat the source's diff.
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
  // Two versions of a partial may have the same text; the partial is listed all the same.
  return parts.filter(({ kind, diff }) => kind === 'partial' || diff !== '');
}

/** Differences between the inputs that callers provide. */
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
