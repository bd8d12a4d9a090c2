/**
 * Flattens a template: replaces every partial with the text of the exact version that publishing recorded, so that
 * deliveries and renderings never depend on anything that may change.
 * A partial becomes plain text if that provably means the same: the template with the text in its place must parse to
 * the tree that Handlebars would run. Otherwise (arguments, indentation, a block partial) its text is defined once as
 * an inline partial (`{{#*inline}}`, a Handlebars feature) and called by the version's reference.
 */
import { MAX_PARTIAL_DEPTH } from './check/partial-depth.ts';
import { type InlinePartialRenames, uniqueInlines } from './inline-renames.ts';
import { Problem } from './problem.ts';
import { readTemplate } from './read-template.ts';
import { type PartialUse, partialUses } from './template.ts';
import { definesTheSame, mayStandInPlace, sameMeaning, splice } from './template-shape.ts';

/** A template and what each partial name in it represents. */
export interface LinkedTemplate {
  readonly template: string;
  /** By reference as written (`header`). Partials of partials are in their own `partials`. */
  readonly partials: ReadonlyMap<string, LinkedPartial>;
}

export interface LinkedPartial extends LinkedTemplate {
  /** Distinguishes versions of a partial, such as `support/_header@3`. */
  readonly id: string;
  /** Start of `template` in the partial's source, in UTF-16 code units; default: 0. */
  readonly templateOffset?: number;
  /** The partial's whole source, for line numbers in error messages; default: `template`. */
  readonly source?: string;
  /** The name in error messages; default: its id. */
  readonly label?: string;
}

/** A flattened template, and the origin of its characters. */
export interface Flattened {
  readonly template: string;
  /** In order; text that comes from no template, such as the tags around a definition, is in none of them. */
  readonly pieces: readonly SourcePiece[];
}

/** `length` UTF-16 code units at offset `start` of the whole, which come from offset `at` of the template of `of`. */
export interface SourcePiece {
  readonly start: number;
  readonly length: number;
  readonly of: LinkedTemplate;
  readonly at: number;
}

/** The maximum length of a template with its partials in place, in UTF-16 code units. */
const MAX_FLAT_LENGTH = 4 * 1024 * 1024;
/** Above this number, uses are not tried one by one, since every try parses the template. */
const MAX_TRIES = 32;

/**
 * @returns a template that renders the same with no partial registered.
 * @throws Problem `invalid_source` if a partial is not linked or nests deeper than 32, or the whole exceeds 4 Mi
 * characters.
 */
export function flatten(linked: LinkedTemplate): string {
  return flattenWithPieces(linked).template;
}

/** Like `flatten`, with the origin of each piece. @throws as `flatten` */
export function flattenWithPieces(linked: LinkedTemplate): Flattened {
  const definitions = new Map<string, Flattened>();
  let body: Flattened;
  try {
    const renames = uniqueInlines(linked);
    body = flattenInto(linked, { definitions, done: new Map(), renames }, 0);
  } catch (cause) {
    // Handlebars walks trees recursively; each template is shallow, but they are nested here.
    if (!(cause instanceof RangeError)) throw cause;
    throw new Problem(
      'invalid_source',
      'With its partials included, the template nests too deep. Use flatter partials.',
      {},
      { cause },
    );
  }
  return joined([...[...definitions].map(([id, content]) => definition(id, content)), body]);
}

/** False if a template uses no partials. Does not parse it, so it is also true for apparent uses inside a comment. */
export function mayUsePartials(template: string): boolean {
  return /\{\{~?#?>/.test(template);
}

/** Joins flattened templates. */
function joined(parts: readonly Flattened[]): Flattened {
  let template = '';
  const pieces: SourcePiece[] = [];
  for (const part of parts) {
    for (const piece of part.pieces) pieces.push({ ...piece, start: piece.start + template.length });
    template += part.template;
  }
  return { template, pieces };
}

/** The text of `of` between two of its offsets. */
function slice(of: LinkedTemplate, start: number, end: number): Flattened {
  const template = of.template.slice(start, end);
  return { template, pieces: template === '' ? [] : [{ start: 0, length: template.length, of, at: start }] };
}

/** Cuts a flattened text between two offsets. */
function cut({ template, pieces }: Flattened, start: number, end: number): Flattened {
  const within = pieces.flatMap(piece => {
    const from = Math.max(start, piece.start);
    const length = Math.min(end, piece.start + piece.length) - from;
    return length <= 0 ? [] : [{ ...piece, start: from - start, length, at: piece.at + from - piece.start }];
  });
  return { template: template.slice(start, end), pieces: within };
}

/** Text that comes from no template. */
function written(template: string): Flattened {
  return { template, pieces: [] };
}

/**
 * The text around a definition decides how Handlebars treats the white space at the partial's two ends, so the
 * ways to write it are tried until one parses to the partial's own tree. The line break before `{{~/inline}}` makes
 * Handlebars remove the one after it.
 */
function definition(id: string, content: Flattened): Flattened {
  const alone = standingAlone(content);
  const candidates = ENDS.map(([before, after, isAlone]) =>
    joined([
      written(`{{#*inline ${JSON.stringify(id)}}}${before}`),
      isAlone ? alone : content,
      written(`${after}\n{{~/inline}}\n`),
    ]),
  );
  const found = candidates.find(({ template }) => definesTheSame(template, content.template));
  if (found === undefined)
    throw new Problem(
      'invalid_source',
      `The partial ${id} cannot be included without changing its white space. Begin and end it with text.`,
    );
  return found;
}

/** Two comments in a row are not standalone, so neither removes its line break. */
const COMMENTS = '{{!}}{{!}}';
/**
 * No tag may directly follow text that ends in a backslash, which would escape the tag, or in a brace, which would
 * become part of it.
 */
const ENDS: readonly (readonly [before: string, after: string, isAlone?: true])[] = [
  ['{{!}}', COMMENTS],
  ['\n', COMMENTS],
  ['{{!}}', `\n${COMMENTS}`],
  ['\n', `\n${COMMENTS}`],
  ['{{!}}', ''],
  ['\n', ''],
  ['{{!}}', COMMENTS, true],
  ['\n', COMMENTS, true],
];

/**
 * A partial whose last tag is alone on its line because the text ends there, with a line end so that it stays alone.
 * Handlebars removes blanks up to the line's end, but no other white space.
 */
function standingAlone(content: Flattened): Flattened {
  const { length } = content.template;
  const { length: end } = content.template.trimEnd();
  const { length: kept } = content.template.slice(end).replace(/^[ \t]*\r?\n?/, '');
  return joined([cut(content, 0, end), written('\n'), cut(content, length - kept, length)]);
}

interface Flattening {
  /** The partials that must be defined inline, by id. */
  readonly definitions: Map<string, Flattened>;
  /** Templates that are already flattened, so that partials shared by partials are not repeated. */
  readonly done: Map<LinkedTemplate, Flattened>;
  /** New names for inline partials whose name another template also has, by template. */
  readonly renames: InlinePartialRenames;
}

function flattenInto(linked: LinkedTemplate, flattening: Flattening, depth: number): Flattened {
  const done = flattening.done.get(linked);
  if (done !== undefined) return done;
  const whole = putInPlace(linked, flattening, depth);
  flattening.done.set(linked, whole);
  return whole;
}

function putInPlace(linked: LinkedTemplate, flattening: Flattening, depth: number): Flattened {
  if (depth > MAX_PARTIAL_DEPTH)
    throw new Problem(
      'invalid_source',
      `Partials nest deeper than ${MAX_PARTIAL_DEPTH}. Check whether one uses itself.`,
    );
  const { template } = linked;
  const uses = mayUsePartials(template) ? partialUses(template) : [];
  const renamed = flattening.renames.get(linked) ?? [];
  if (uses.length === 0 && renamed.length === 0) return slice(linked, 0, template.length);
  const contents = new Map<string, Flattened>();
  for (const { reference } of uses) {
    const partial = linked.partials.get(reference);
    if (partial === undefined)
      throw new Problem(
        'invalid_source',
        `The partial "${reference}" is not known. Publish it first, or correct the name.`,
      );
    if (!contents.has(reference)) contents.set(reference, flattenInto(partial, flattening, depth + 1));
  }
  const texts = new Map([...contents].map(([reference, content]) => [reference, content.template]));
  const inPlace = usesInPlace(template, uses, texts);
  const parts: Flattened[] = [];
  let length = 0;
  let done = 0;
  // A block partial is also named in its closing tag, after the uses in its body.
  const all = [
    ...uses.flatMap(use => edits(use, inPlace.has(use))),
    ...renamed.map(({ name, ...place }) => ({ ...place, content: written(JSON.stringify(name)) })),
  ].sort((one, other) => one.start - other.start);
  for (const use of all) {
    parts.push(slice(linked, done, use.start), use.content);
    length += use.start - done + use.content.template.length;
    done = use.end;
    if (length > MAX_FLAT_LENGTH)
      throw new Problem(
        'invalid_source',
        'With its partials included, the template is over 4 Mi characters. Use fewer or smaller partials.',
      );
  }
  return joined([...parts, slice(linked, done, template.length)]);

  function edits(use: PartialUse, whole: boolean): { start: number; end: number; content: Flattened }[] {
    const content = contents.get(use.reference) ?? written('');
    if (whole) return [{ ...splice(template, use, content.template), content }];
    const id = linked.partials.get(use.reference)?.id ?? use.reference;
    flattening.definitions.set(id, content);
    return use.names.map(name => ({ ...name, content: written(JSON.stringify(id)) }));
  }
}

/** The uses whose partial can be inserted as text: all at once if that works, otherwise those that work alone. */
function usesInPlace(
  template: string,
  uses: readonly PartialUse[],
  contents: ReadonlyMap<string, string>,
): ReadonlySet<PartialUse> {
  const tree = readTemplate(template);
  const may = new Map(
    [...contents].map(([reference, content]) => [reference, mayStandInPlace(tree, content)]),
  );
  const candidates = uses.filter(({ simple, reference }) => simple && may.get(reference));
  const works = (some: readonly PartialUse[]) => sameMeaning(template, some, contents);
  if (works(candidates)) return new Set(candidates);
  if (candidates.length > MAX_TRIES) return new Set();
  const alone = candidates.filter(use => works([use]));
  return new Set(works(alone) ? alone : []);
}
