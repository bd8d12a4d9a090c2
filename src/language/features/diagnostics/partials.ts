/** Checks that every partial that a body uses exists, does not use itself, and has the block that it writes. */
import { capturedPartials } from '../../../core/check/captured-partials.ts';
import type { Root } from '../../../core/check/context-errors.ts';
import { PARTIAL_BLOCK } from '../../../core/check/inline-partials.ts';
import { FEWEST_TAGS, NESTING_TAG, nestedPartials } from '../../../core/check/nesting.ts';
import {
  missingPartialBlocks,
  type ParsedTemplate,
  type Templates,
} from '../../../core/check/partial-blocks.ts';
import { MAX_PARTIAL_DEPTH, nestedTooDeep } from '../../../core/check/partial-depth.ts';
import { resolvedTooLarge, type SizedTemplates } from '../../../core/check/resolved-size.ts';
import { wrongCalls } from '../../../core/check/wrong-calls.ts';
import { partialCycle } from '../../../core/link.ts';
import { partialNotFound, suggestPartial } from '../../../core/missing-partial.ts';
import {
  folderOf,
  isPartial,
  lastSegment,
  type PromptName,
  parsePromptName,
  partialCandidates,
} from '../../../core/name.ts';
import { endsWithSegment, partialSegment } from '../../../core/name-case.ts';
import { nearest } from '../../../core/near.ts';
import { readTemplate } from '../../../core/read-template.ts';
import type { Program } from '../../../core/syntax-tree.ts';
import { linesBefore } from '../../../core/template-position.ts';
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import { type Finding, MAX_FINDINGS } from '../../results/finding.ts';
import type { PartialCall } from '../../syntax/nodes.ts';
import { metadataOf, templateIn } from './template.ts';

export function checkPartials(prompt: LibraryPrompt, library: Library): Finding[] {
  const findings: Finding[] = [];
  /** The findings by reference, since a reference may occur many times. */
  const known = new Map<string, Pick<Finding, 'code' | 'message' | 'data'> | undefined>();
  const loops = new Loops(prompt, library);
  for (const call of partialsOf(prompt)) {
    if (findings.length >= MAX_FINDINGS) break;
    if (call.name === undefined) continue;
    const { name, span } = call.name;
    if (!known.has(name)) known.set(name, whatIsWrong(name, prompt, library, loops));
    const wrong = known.get(name);
    if (wrong !== undefined) findings.push({ ...wrong, span });
  }
  findings.push(...wrongPartials(prompt, library));
  return findings.length > 0 ? findings : ofTheWhole(prompt, library);
}

/** The findings of a prompt with its partials in place, if all of them exist and can be read. */
function ofTheWhole(prompt: LibraryPrompt, library: Library): Finding[] {
  const templates: SizedTemplates<LibraryPrompt> = {
    length: ({ analysis }) => templateIn(analysis).text.length,
    uses: of =>
      partialsOf(of).flatMap(({ name }) => {
        if (name === undefined) return [];
        const partial = library.partial(of.name, name.name);
        return partial === undefined ? [] : [{ partial, ...name.span }];
      }),
  };
  const error = nestedTooDeep(prompt, templates) ?? resolvedTooLarge(prompt, templates);
  if (error === undefined) return [];
  const { code, start, end, message } = error;
  return [{ code, span: { start, end }, message }];
}

/** The uses of partials in other files, without those that the body itself defines. */
export function partialsOf({ analysis }: LibraryPrompt): readonly PartialCall[] {
  const { partials, inlines } = analysis.resolved;
  const inline = new Set(inlines.map(({ name }) => name?.name));
  return partials.filter(
    ({ name }) => name === undefined || !(name.name === PARTIAL_BLOCK || inline.has(name.name)),
  );
}

function whatIsWrong(
  reference: string,
  prompt: LibraryPrompt,
  library: Library,
  loops: Loops,
): Pick<Finding, 'code' | 'message' | 'data'> | undefined {
  const found = library.partial(prompt.name, reference);
  if (found === undefined) return missing(reference, prompt, library);
  const chain = loops.from(found);
  if (chain === undefined) return undefined;
  const message = partialCycle(
    reference,
    chain.map(({ name, uri }) => name ?? uri),
  );
  return { code: 'partial-cycle', message, data: { name: reference } };
}

function missing(
  reference: string,
  { name }: LibraryPrompt,
  library: Library,
): Pick<Finding, 'code' | 'message' | 'data'> {
  const from = name ?? parsePromptName('untitled');
  const candidates = partialCandidates(from, reference);
  const near =
    suggestPartial(from, reference, partialsCalled(reference, library)) ??
    nearest(reference, referencesFrom(from, library));
  return {
    code: 'missing-partial',
    message: partialNotFound(reference, candidates, near),
    data: { name: reference, ...(near !== undefined && { near }) },
  };
}

/** The partials with the last segment of a reference, in any case and folder. */
function partialsCalled(reference: string, library: Library): PromptName[] {
  const last = partialSegment(reference);
  return [...library.names()].filter(name => endsWithSegment(name, last)).sort();
}

/** References to the available partials as `from` can write them. */
function* referencesFrom(from: PromptName, library: Library): Generator<string, void, undefined> {
  for (const name of library.names()) {
    if (!isPartial(name)) continue;
    const folder = folderOf(name);
    const last = lastSegment(name).slice(1);
    if (folder === '' || from.startsWith(`${folder}/`)) yield last;
    yield folder === '' ? last : `${folder}/${last}`;
  }
}

/** Finds the partials that lead back to one that is being used. */
class Loops {
  readonly #library: Library;
  readonly #path: LibraryPrompt[];
  readonly #done = new Map<string, readonly LibraryPrompt[] | undefined>();

  constructor(prompt: LibraryPrompt, library: Library) {
    this.#library = library;
    this.#path = [prompt];
  }

  /** The chain of prompts from one back to itself; undefined if `partial` leads to no such loop. */
  from(partial: LibraryPrompt): readonly LibraryPrompt[] | undefined {
    const before = this.#path.findIndex(({ uri }) => uri === partial.uri);
    if (before >= 0) return [...this.#path.slice(before), partial];
    if (this.#path.length > MAX_PARTIAL_DEPTH) return undefined; // reported for the whole prompt
    if (this.#done.has(partial.uri)) return this.#done.get(partial.uri);
    this.#path.push(partial);
    const chain = this.#inside(partial);
    this.#path.pop();
    this.#done.set(partial.uri, chain);
    return chain;
  }

  #inside(partial: LibraryPrompt): readonly LibraryPrompt[] | undefined {
    const seen = new Set<string>();
    for (const { name } of partialsOf(partial)) {
      if (name === undefined || seen.has(name.name)) continue;
      seen.add(name.name);
      const next = this.#library.partial(partial.name, name.name);
      const chain = next && this.from(next);
      if (chain !== undefined) return chain;
    }
    return undefined;
  }
}

interface LibraryTemplate extends ParsedTemplate {
  readonly prompt: LibraryPrompt;
  /** Offset in the prompt's text. */
  readonly offset: number;
}

/** Findings for calls that do not fit the contents of the partial, or of partials that it calls. */
function wrongPartials(prompt: LibraryPrompt, library: Library): readonly Finding[] {
  // A partial gets its block from its caller.
  const isCalled = prompt.name !== undefined && isPartial(prompt.name);
  const maySeeBlock = !isCalled && mentions(prompt, library, text => text.includes(PARTIAL_BLOCK));
  const mayCapture = /\{\{~?#\*/.test(prompt.analysis.text);
  const mayBeWrong = /\{\{~?#?>/.test(prompt.analysis.text);
  const mayNest = tagsIn(prompt, library) > FEWEST_TAGS;
  if (!maySeeBlock && !mayCapture && !mayBeWrong && !mayNest) return [];
  const read = new Map<string, LibraryTemplate | undefined>();
  const templateOf = (each: LibraryPrompt): LibraryTemplate | undefined => {
    if (!read.has(each.uri)) read.set(each.uri, parsed(each));
    return read.get(each.uri);
  };
  const root = templateOf(prompt);
  if (root === undefined) return [];
  const templates: Templates<LibraryTemplate> = {
    partial: (of, reference) => {
      const partial = library.partial(of.prompt.name, reference);
      return partial && templateOf(partial);
    },
  };
  const missing = maySeeBlock ? missingPartialBlocks(root, templates) : [];
  const deep = mayNest ? nestedPartials(root, templates) : undefined;
  const errors = [
    ...missing,
    ...(deep === undefined ? [] : [deep]),
    ...(mayCapture ? capturedPartials(root, templates) : []),
    ...(mayBeWrong ? wrongCalls(root, contextOf(prompt, isCalled), templates) : []),
  ];
  errors.sort((one, other) => one.start - other.start);
  return errors.map(({ start, end, ...error }) => ({
    ...error,
    span: { start: root.offset + start, end: root.offset + end },
  }));
}

function contextOf({ analysis }: LibraryPrompt, isCalled: boolean): Root {
  return isCalled ? { isPrompt: false } : { isPrompt: true, prompt: metadataOf(analysis) };
}

/** The number of tags in a prompt and the partials in it that may nest. */
function tagsIn(prompt: LibraryPrompt, library: Library): number {
  let tags = 0;
  mentions(prompt, library, text => {
    for (const _ of text.matchAll(NESTING_TAG)) tags += 1;
    return tags > FEWEST_TAGS;
  });
  return tags;
}

/** Returns whether `isMeant` is true for the text of a prompt, or of a partial in it at any depth. */
function mentions(prompt: LibraryPrompt, library: Library, isMeant: (text: string) => boolean): boolean {
  const seen = new Set([prompt]);
  for (const each of seen) {
    if (isMeant(each.analysis.text)) return true;
    for (const { name } of each.analysis.resolved.partials) {
      const partial = name && library.partial(each.name, name.name);
      if (partial !== undefined) seen.add(partial);
    }
  }
  return false;
}

/** Undefined for a body that cannot be read. */
function parsed(prompt: LibraryPrompt): LibraryTemplate | undefined {
  const { analysis } = prompt;
  if (analysis.body.unreadable.length > 0) return undefined;
  const { text, offset } = templateIn(analysis);
  try {
    const before = linesBefore(analysis.text, offset);
    return { prompt, text, offset, linesBefore: before, tree: readTemplate(text) as unknown as Program };
  } catch {
    return undefined; // contains a forbidden character, which is reported elsewhere
  }
}
