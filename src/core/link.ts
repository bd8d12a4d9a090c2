/** Finding the partials of a template: which prompt each reference means, through whatever holds the prompts. */
import type { LinkedPartial } from './flatten.ts';
import { meantPartial, partialNotFound } from './missing-partial.ts';
import { type PromptName, partialCandidates } from './name.ts';
import { Problem, type SourceIssue } from './problem.ts';
import { issueAt, type PromptSource, parseSource, positionAt } from './source.ts';
import { checkNoIssues, type PartialUse, partialUses, sourceIssues } from './template.ts';

/** One prompt as a place that holds prompts gives it: the working copy, or the registry's newest versions. */
export interface FoundPrompt {
  readonly name: PromptName;
  readonly source: string;
  /** Unique among all that may be found: `support/_header`, or `support/_header@3`. */
  readonly id: string;
  /** Names it in error messages, such as a file; its name unless told. */
  readonly label?: string;
}

/**
 * Resolves every partial of `source`, and theirs, with `find` (undefined when there is no such prompt).
 * `label` names the source in error messages; `similar` gives partials that may have been meant by one that is missing.
 * @returns the linked partials by reference as written.
 * @throws Problem `invalid_source` at the place of a partial that is missing, broken, or uses itself.
 */
export function linkPartials(
  from: PromptName,
  source: string,
  find: (name: PromptName) => Promise<FoundPrompt | undefined>,
  label: string = from,
  similar: SimilarPartials = async () => [],
): Promise<ReadonlyMap<string, LinkedPartial>> {
  return linkUses(from, source, label, { find, similar, above: [from], done: new Map() });
}

/** Partials that may have been meant by `reference`, where none of `candidates` was found. */
export type SimilarPartials = (
  candidates: readonly PromptName[],
  reference: string,
) => Promise<readonly PromptName[]>;

interface Linking {
  readonly find: (name: PromptName) => Promise<FoundPrompt | undefined>;
  readonly similar: SimilarPartials;
  /** From the prompt that is linked down to the one whose uses are looked at. */
  readonly above: readonly PromptName[];
  /** Partials that are linked already: many prompts share a few, and theirs would multiply. */
  readonly done: Map<PromptName, LinkedPartial>;
}

async function linkUses(
  from: PromptName,
  source: string,
  label: string,
  linking: Linking,
): Promise<ReadonlyMap<string, LinkedPartial>> {
  const parsed = parseSource(source);
  checkNoIssues(sourceIssues(source, parsed), label);
  const linked = new Map<string, LinkedPartial>();
  const issues: SourceIssue[] = [];
  for (const use of usesIn(source, parsed, label)) {
    if (linked.has(use.reference)) continue;
    const refuse = (message: string) =>
      issues.push(
        issueAt(source, parsed.templateOffset + use.start, parsed.templateOffset + use.end, message),
      );
    const candidates = partialCandidates(from, use.reference);
    const found = await firstFound(candidates, linking.find);
    if (found === undefined) {
      const similar = await linking.similar(candidates, use.reference);
      refuse(partialNotFound(use.reference, candidates, meantPartial(from, use.reference, similar)));
    } else if (linking.above.includes(found.name)) {
      refuse(`The partial "${use.reference}" uses itself: ${[...linking.above, found.name].join(' → ')}.`);
    } else {
      linked.set(use.reference, await linkFound(found, linking));
    }
  }
  checkNoIssues(issues, label);
  return linked;
}

async function linkFound(found: FoundPrompt, linking: Linking): Promise<LinkedPartial> {
  const done = linking.done.get(found.name);
  if (done !== undefined) return done;
  const inner = { ...linking, above: [...linking.above, found.name] };
  const partials = await linkUses(found.name, found.source, found.label ?? found.name, inner);
  const { template, templateOffset } = parseSource(found.source);
  const { id, source, label } = found;
  const partial = { id, template, templateOffset, partials, source, ...(label !== undefined && { label }) };
  linking.done.set(found.name, partial);
  return partial;
}

/** The template's uses; an issue in it is told at its place in the whole source, front matter counted. */
function usesIn(source: string, parsed: PromptSource, label: string): PartialUse[] {
  try {
    return partialUses(parsed.template);
  } catch (error) {
    if (!Problem.is(error, 'invalid_source')) throw error;
    const start = positionAt(source, parsed.templateOffset);
    const moved = (line: number, column: number) => ({
      line: line + start.line - 1,
      column: line === 1 ? column + start.column - 1 : column,
    });
    const issues = (error.details.issues ?? []).map(issue => {
      const end = moved(issue.endLine, issue.endColumn);
      const from = moved(issue.line, issue.column);
      return { ...issue, ...from, endLine: end.line, endColumn: end.column };
    });
    checkNoIssues(issues, label);
    throw error;
  }
}

async function firstFound(
  candidates: readonly PromptName[],
  find: (name: PromptName) => Promise<FoundPrompt | undefined>,
): Promise<FoundPrompt | undefined> {
  for (const name of candidates) {
    const found = await find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
