/** Links the partials of a template: finds the prompt that each reference refers to, in any store of prompts. */
import { capturedPartials } from './check/captured-partials.ts';
import { whyUnreadable } from './check/check-template.ts';
import type { Root } from './check/context-errors.ts';
import type { SourceErrorCode } from './check/finding.ts';
import { nestedPartials } from './check/nesting.ts';
import { missingPartialBlocks, type ParsedTemplate, type Templates } from './check/partial-blocks.ts';
import { nestedTooDeep } from './check/partial-depth.ts';
import { resolvedTooLarge, type SizedTemplates } from './check/resolved-size.ts';
import { wrongCalls } from './check/wrong-calls.ts';
import type { LinkedPartial, LinkedTemplate } from './flatten.ts';
import { partialNotFound, suggestPartial } from './missing-partial.ts';
import { isPartial, type PromptName, partialCandidates } from './name.ts';
import { Problem, type SourceIssue } from './problem.ts';
import { fixedMetadata } from './prompt-metadata.ts';
import { readTemplate } from './read-template.ts';
import { type PromptSource, parseSource, sourceKindOf } from './source.ts';
import { issueAt } from './source-position.ts';
import type { Program } from './syntax-tree.ts';
import { checkNoIssues, inOrder, type PartialUse, partialUses, placedIn, sourceIssues } from './template.ts';
import { linesBefore } from './template-position.ts';

/** A prompt in such a store: the working copy, or the registry's newest versions. */
export interface FoundPrompt {
  readonly name: PromptName;
  readonly source: string;
  /** Unique among all that may be found: `support/_header`, or `support/_header@3`. */
  readonly id: string;
  /** Its name in error messages, such as that of its file; default: its name. */
  readonly label?: string;
}

/**
 * Resolves the partials of `source`, and theirs, with `find`, which returns undefined if there is no such prompt.
 * `label` names the source in error messages; `similar` suggests partials for a missing one.
 * @returns the linked partials by reference as written.
 * @throws Problem `invalid_source` at the place of a partial that is missing, broken, or uses itself.
 */
export async function linkPartials(
  from: PromptName,
  source: string,
  find: (name: PromptName) => Promise<FoundPrompt | undefined>,
  label: string = from,
  similar: SimilarPartials = async () => [],
): Promise<ReadonlyMap<string, LinkedPartial>> {
  const linked = await linkUses(from, source, label, { find, similar, above: [from], done: new Map() });
  checkNoIssues(callIssues(from, source, linked), label);
  checkNoIssues(sizeIssues(from, source, linked), label);
  return linked;
}

/** Errors in the calls of partials that only show with the texts of the partials. */
function callIssues(
  from: PromptName,
  source: string,
  partials: ReadonlyMap<string, LinkedPartial>,
): SourceIssue[] {
  const parsed = parseSource(source, sourceKindOf(from));
  const templates = new Map<LinkedTemplate, LinkedTree>();
  const read = (linked: LinkedTemplate) => {
    const { template: text } = linked;
    const known = templates.get(linked) ?? { linked, text, tree: readTemplate(text) as unknown as Program };
    templates.set(linked, known);
    return known;
  };
  const root = {
    ...read({ template: parsed.template, partials }),
    linesBefore: linesBefore(source, parsed.templateOffset),
  };
  const linked: Templates<LinkedTree> = {
    partial: (of, reference) => {
      const partial = of.linked.partials.get(reference);
      return partial && read(partial);
    },
  };
  // A partial gets its block from its caller.
  const missing = isPartial(from) ? [] : missingPartialBlocks(root, linked);
  const deep = nestedPartials(root, linked);
  const errors = [
    ...missing,
    ...(deep === undefined ? [] : [deep]),
    ...capturedPartials(root, linked),
    ...wrongCalls(root, rootOf(from, parsed), linked),
  ];
  return placedIn(
    source,
    parsed,
    errors.sort((one, other) => one.start - other.start),
  );
}

function rootOf(from: PromptName, parsed: PromptSource): Root {
  return isPartial(from) ? { isPrompt: false } : { isPrompt: true, prompt: fixedMetadata(parsed) };
}

interface LinkedTree extends ParsedTemplate {
  readonly linked: LinkedTemplate;
}

function sizeIssues(
  from: PromptName,
  source: string,
  partials: ReadonlyMap<string, LinkedPartial>,
): SourceIssue[] {
  if (partials.size === 0) return [];
  const parsed = parseSource(source, sourceKindOf(from));
  const root: LinkedTemplate = { template: parsed.template, partials };
  const templates: SizedTemplates<LinkedTemplate> = {
    length: ({ template }) => template.length,
    uses: ({ template, partials: own }) =>
      own.size === 0
        ? []
        : partialUses(template).flatMap(({ reference, names, ...use }) => {
            const partial: LinkedTemplate | undefined = own.get(reference);
            return partial === undefined ? [] : [{ partial, ...(names[0] ?? use) }];
          }),
  };
  const error = nestedTooDeep(root, templates) ?? resolvedTooLarge(root, templates);
  return error === undefined ? [] : placedIn(source, parsed, [error]);
}

/** @param chain the partials that lead from one back to itself */
export function partialCycle(reference: string, chain: readonly string[]): string {
  return `The partial "${reference}" uses itself: ${chain.join(' → ')}. Remove one of these uses.`;
}

/** Suggestions for `reference` if none of `candidates` was found. */
export type SimilarPartials = (
  candidates: readonly PromptName[],
  reference: string,
) => Promise<readonly PromptName[]>;

interface Linking {
  readonly find: (name: PromptName) => Promise<FoundPrompt | undefined>;
  readonly similar: SimilarPartials;
  /** From the prompt that is linked down to the one whose uses are being resolved. */
  readonly above: readonly PromptName[];
  /** Partials that are already linked, so that partials shared by many are not linked again. */
  readonly done: Map<PromptName, LinkedPartial>;
}

async function linkUses(
  from: PromptName,
  source: string,
  label: string,
  linking: Linking,
): Promise<ReadonlyMap<string, LinkedPartial>> {
  const parsed = parseSource(source, sourceKindOf(from));
  const issues = sourceIssues(source, parsed);
  const found = new Map<string, FoundPrompt>();
  for (const use of usesOf(parsed, issues)) {
    if (found.has(use.reference)) continue;
    const refuse = (code: SourceErrorCode, message: string) => {
      const { start, end } = use.names[0] ?? use;
      issues.push({
        code,
        ...issueAt(source, parsed.templateOffset + start, parsed.templateOffset + end, message),
      });
    };
    const candidates = partialCandidates(from, use.reference);
    const prompt = await firstFound(candidates, linking.find);
    if (prompt === undefined) {
      const similar = await linking.similar(candidates, use.reference);
      const meant = suggestPartial(from, use.reference, similar);
      refuse('missing-partial', partialNotFound(use.reference, candidates, meant));
    } else if (linking.above.includes(prompt.name)) {
      const chain = [...linking.above.slice(linking.above.indexOf(prompt.name)), prompt.name];
      refuse('partial-cycle', partialCycle(use.reference, chain));
    } else found.set(use.reference, prompt);
  }
  // Its own errors are reported before those of its partials.
  checkNoIssues(inOrder(issues), label);
  const linked = new Map<string, LinkedPartial>();
  for (const [reference, prompt] of found) linked.set(reference, await linkFound(prompt, linking));
  return linked;
}

/** The partials that a source uses; none if they cannot be determined, for which `issues` give the reason. */
function usesOf({ template }: PromptSource, issues: readonly SourceIssue[]): readonly PartialUse[] {
  if (issues.length === 0) return partialUses(template);
  if (whyUnreadable(template) !== undefined) return [];
  try {
    return partialUses(template);
  } catch (error) {
    if (Problem.is(error, 'invalid_source')) return [];
    throw error;
  }
}

async function linkFound(found: FoundPrompt, linking: Linking): Promise<LinkedPartial> {
  const done = linking.done.get(found.name);
  if (done !== undefined) return done;
  const inner = { ...linking, above: [...linking.above, found.name] };
  const partials = await linkUses(found.name, found.source, found.label ?? found.name, inner);
  const { template, templateOffset } = parseSource(found.source, sourceKindOf(found.name));
  const { id, source, label } = found;
  const partial = { id, template, templateOffset, partials, source, ...(label !== undefined && { label }) };
  linking.done.set(found.name, partial);
  return partial;
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
