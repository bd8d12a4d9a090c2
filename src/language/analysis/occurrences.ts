/**
 * Finds all occurrences of a symbol: a variable, a property or a block parameter, in front matter, bodies and samples,
 * through partials. Definition, references and rename are based on it.
 */
import type { HelperUse, PathUse } from '../names/resolved.ts';
import type { Location } from '../results/location.ts';
import type { Span } from '../results/span.ts';
import { lex } from '../syntax/lex.ts';
import type { Block, LiteralNode, Name, PathNode } from '../syntax/nodes.ts';
import { readTag } from '../syntax/parse-tag.ts';
import { TokenCursor } from '../syntax/token-cursor.ts';
import type { Library, LibraryPrompt } from './library.ts';
import {
  blockParamOf,
  containerOf,
  type Declaration,
  declarationIn,
  isElsewhere,
  type Reading,
  readings,
  variableKey,
  variableOf,
} from './readings.ts';
import { frontMatterNames, sampleNames, type YamlName } from './yaml-names.ts';

export interface Occurrence extends Location {
  /** `argument`: named in a partial's call; `key`: in a string argument of `{{lookup}}`. */
  readonly as: YamlName['as'] | 'parameter' | 'use' | 'argument' | 'key';
  /** Its possible meanings, which depend on the rendered prompt. */
  readonly declarations: ReadonlySet<Declaration>;
  /** A prompt in which its meaning cannot be determined. */
  readonly unknownIn: LibraryPrompt | undefined;
}

export interface Occurrences {
  readonly all: readonly Occurrence[];
  at(place: Location): Occurrence | undefined;
  /** The occurrences that can have the same meaning. */
  like(occurrence: Occurrence): readonly Occurrence[];
  /** The occurrences linked through `like`, directly or not, which must all change together. */
  closed(occurrence: Occurrence): readonly Occurrence[];
}

/** Occurrences of `name` in `from` and in all prompts that are connected with it through partials. */
export function occurrencesOf(name: string, from: LibraryPrompt, library: Library): Occurrences {
  const collected = new Collected();
  const related = relatedPrompts(name, from, library);
  for (const entry of related.prompts) collectOf(name, entry, related, library, collected);
  return collected;
}

class Collected implements Occurrences {
  readonly #places = new Map<string, { -readonly [K in keyof Occurrence]: Occurrence[K] }>();
  readonly #byDeclaration = new Map<Declaration, Set<Occurrence>>();

  get all(): readonly Occurrence[] {
    return [...this.#places.values()];
  }

  /** Adds the meaning of a place in one reading, or sets `unknownIn` if it cannot be determined. */
  add(
    place: Location,
    as: Occurrence['as'],
    declaration: Declaration | undefined,
    unknownIn?: LibraryPrompt,
  ): void {
    const key = keyOf(place);
    const known = this.#places.get(key) ?? { ...place, as, declarations: new Set(), unknownIn: undefined };
    this.#places.set(key, known);
    if (declaration === undefined) {
      known.unknownIn ??= unknownIn;
      return;
    }
    (known.declarations as Set<Declaration>).add(declaration);
    const others = this.#byDeclaration.get(declaration) ?? new Set();
    this.#byDeclaration.set(declaration, others.add(known));
  }

  at(place: Location): Occurrence | undefined {
    return this.#places.get(keyOf(place));
  }

  like(occurrence: Occurrence): readonly Occurrence[] {
    const found = new Set([occurrence]);
    for (const declaration of occurrence.declarations)
      for (const other of this.#byDeclaration.get(declaration) ?? []) found.add(other);
    return [...found];
  }

  closed(occurrence: Occurrence): readonly Occurrence[] {
    const found = new Set([occurrence]);
    const followed = new Set<Declaration>();
    for (const each of found)
      for (const declaration of each.declarations) {
        if (followed.has(declaration)) continue;
        followed.add(declaration);
        for (const other of this.#byDeclaration.get(declaration) ?? []) found.add(other);
      }
    return [...found];
  }
}

function keyOf({ uri, span }: Location): string {
  return `${span.start} ${uri}`;
}

export interface Related {
  readonly prompts: ReadonlySet<LibraryPrompt>;
  /** Returns whether a prompt, or what it calls, mentions the name. */
  readonly mentions: (prompt: LibraryPrompt) => boolean;
  readonly isCalled: (prompt: LibraryPrompt) => boolean;
}

/** The prompts connected with `from` by calls, through partials that mention `name` or call one that does. */
export function relatedPrompts(name: string, from: LibraryPrompt, library: Library): Related {
  const calls = new Map<LibraryPrompt, LibraryPrompt[]>();
  const callers = new Map<LibraryPrompt, LibraryPrompt[]>();
  for (const prompt of library.prompts()) {
    const called: LibraryPrompt[] = [];
    for (const { name: reference } of prompt.analysis.resolved.partials) {
      const partial = reference && library.partial(prompt.name, reference.name);
      if (partial === undefined || called.includes(partial)) continue;
      called.push(partial);
      callers.set(partial, [...(callers.get(partial) ?? []), prompt]);
    }
    calls.set(prompt, called);
  }
  const known = new Map<LibraryPrompt, boolean>();
  const mentions = (prompt: LibraryPrompt): boolean => {
    const answer = known.get(prompt);
    if (answer !== undefined) return answer;
    known.set(prompt, false); // of a partial that calls itself
    const found = prompt.analysis.text.includes(name) || (calls.get(prompt) ?? []).some(mentions);
    known.set(prompt, found);
    return found;
  };
  const prompts = new Set([from]);
  for (const prompt of prompts) {
    for (const called of calls.get(prompt) ?? []) if (mentions(called)) prompts.add(called);
    if (mentions(prompt)) for (const caller of callers.get(prompt) ?? []) prompts.add(caller);
  }
  return { prompts, mentions, isCalled: prompt => callers.has(prompt) };
}

function collectOf(
  name: string,
  entry: LibraryPrompt,
  { mentions, isCalled }: Related,
  library: Library,
  into: Collected,
): void {
  const { analysis } = entry;
  const inYaml = (uri: string, names: readonly YamlName[]): void => {
    for (const { span, as, of } of names)
      if ((typeof of === 'string' ? of : of.name) === name)
        into.add({ uri, span }, as, typeof of === 'string' ? variableOf(entry, of) : of);
  };
  if (analysis.text.includes(name)) inYaml(entry.uri, frontMatterNames(analysis));
  const samples = entry.name === undefined ? undefined : library.samples(entry.name);
  if (samples?.text.includes(name))
    inYaml(samples.uri, sampleNames(samples.text, analysis.frontMatter.variables));
  // The context of a partial comes from its callers, unless it declares its input or has samples.
  const isAlone = !isCalled(entry) || (samples?.text.includes(name) ?? false);
  const tellsAlone = isAlone || analysis.frontMatter.declaresInput;
  for (const reading of readings(entry, library, mentions)) {
    if (!reading.prompt.analysis.text.includes(name)) continue;
    const unknownIn = reading.prompt !== entry || tellsAlone ? entry : undefined;
    for (const { span, as, declaration, isNothing } of namesIn(reading, name, library)) {
      if (!isAlone && declaration === variableKey(entry, name)) continue;
      into.add({ uri: reading.prompt.uri, span }, as, declaration, isNothing ? undefined : unknownIn);
    }
  }
}

interface NameInBody {
  readonly span: Span;
  readonly as: Occurrence['as'];
  readonly declaration: Declaration | undefined;
  /** True if it is known to have no meaning. */
  readonly isNothing?: boolean;
}

function* namesIn(reading: Reading, name: string, library: Library): Generator<NameInBody> {
  const { resolved, prompt } = reading;
  const uses = new Map<unknown, PathUse>(resolved.paths.map(use => [use.path, use]));
  for (const use of resolved.paths)
    if (!isElsewhere(reading, use.path)) yield* namesInPath(use, name, reading);
  for (const block of resolved.blocks) {
    if (isElsewhere(reading, block)) continue;
    for (const param of block.blockParams)
      if (param.name === name)
        yield { span: param.span, as: 'parameter', declaration: blockParamOf(prompt, param.span.start) };
    const opening = uses.get(block.call?.callee);
    const path = opening && closingPath(block, prompt.analysis.text);
    if (opening && path?.segments.length === opening.segments.length) {
      const segments = opening.segments.map((use, index) => ({ ...use, ...(path.segments[index] as Name) }));
      yield* namesInPath({ ...opening, segments }, name, reading);
    }
  }
  for (const call of resolved.partials)
    for (const pair of call.hash) {
      if (pair.name !== name || isElsewhere(reading, call)) continue;
      yield { span: pair.span, as: 'argument', declaration: pair };
      const isInline = prompt.analysis.resolved.inlines.some(inline => inline.name?.name === call.name?.name);
      const partial = isInline || !call.name ? undefined : library.partial(prompt.name, call.name.name);
      if (partial) yield { span: pair.span, as: 'argument', declaration: variableOf(partial, name) };
    }
  for (const helper of resolved.helpers) {
    const key = keyOfLookup(helper);
    if (key?.value !== name || isElsewhere(reading, key)) continue;
    const use = uses.get(helper.call.params[0]);
    const declaration = use && declarationIn(containerOf(use), name, reading);
    yield { span: { start: key.span.start + 1, end: key.span.end - 1 }, as: 'key', declaration };
  }
}

/** The name in a block's closing tag, as a path. */
export function closingPath({ close }: Block, text: string): PathNode | undefined {
  if (close === undefined) return undefined;
  const { start, end } = close.span;
  const tag = text.slice(start, end);
  const { call } = readTag(new TokenCursor(tag, start, lex(tag, start).tokens), 'CLOSE');
  return call?.callee.type === 'path' ? call.callee : undefined;
}

/** `"key"` of `{{lookup object "key"}}`. */
export function keyOfLookup({ name, call }: HelperUse): LiteralNode | undefined {
  const key = name === 'lookup' ? call.params[1] : undefined;
  return key?.type === 'literal' && typeof key.value === 'string' ? key : undefined;
}

function* namesInPath(use: PathUse, name: string, reading: Reading): Generator<NameInBody> {
  const { meaning, segments } = use;
  const isData = use.path.data;
  for (const [index, segment] of segments.entries()) {
    if (segment.name !== name) continue;
    const place = { span: segment.span, as: 'use' } as const;
    if (isData && index === 0) yield { ...place, declaration: undefined, isNothing: true };
    else if (meaning.kind === 'outside') yield { ...place, declaration: undefined, isNothing: true };
    else if (index === 0 && meaning.kind === 'block-param')
      yield { ...place, declaration: blockParamOf(reading.prompt, meaning.declaredAt.start) };
    else {
      const declaration = declarationIn(segment.container, name, reading);
      yield { ...place, declaration, isNothing: isData && meaning.kind === 'data' };
    }
  }
}
