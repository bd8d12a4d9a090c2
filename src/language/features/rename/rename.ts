/** Renames a variable, a property, a block parameter or a partial everywhere, or gives a reason why not. */
import { KNOWN_HELPERS } from '../../../core/known-helpers.ts';
import { Problem } from '../../../core/problem.ts';
import type { Library, LibraryPrompt, LibrarySamples } from '../../analysis/library.ts';
import { type Occurrence, type Occurrences, occurrencesOf } from '../../analysis/occurrences.ts';
import { inlineNames } from '../../analysis/partial-uses.ts';
import type { Declaration } from '../../analysis/readings.ts';
import { type PromptSymbol, samplesAt, symbolAt, symbolInSamples } from '../../analysis/symbol-at.ts';
import type { TextEdit, WorkspaceChange } from '../../results/edit.ts';
import { type Span, textOf } from '../../results/span.ts';
import { lex } from '../../syntax/lex.ts';
import { type Declared, propertiesOf } from '../../types/value-type.ts';
import { checkMeaningKept } from './check-rename.ts';
import { renamePartial } from './rename-partial.ts';

export interface Renamable {
  /** The range of the name, without quotes and brackets. */
  readonly span: Span;
  readonly text: string;
}

/** @throws Problem `invalid_request` with the reason why it cannot be renamed */
export function prepareRename(prompt: LibraryPrompt, offset: number, library: Library): Renamable {
  return prepared(symbolAt(prompt, offset, library), library);
}

/** Like `prepareRename`, in a samples file. @throws as `prepareRename` */
export function prepareRenameInSamples(samples: LibrarySamples, offset: number, library: Library): Renamable {
  return prepared(symbolInSamples(samples, offset, library), library);
}

/**
 * The edits that rename the symbol at `offset` and preserve all meaning. For a partial, `newName` is a reference as in
 * a call: `header`, `shared/header`.
 * @throws Problem `invalid_request` for an invalid name, or if the meaning of something would change
 */
export function rename(
  prompt: LibraryPrompt,
  offset: number,
  newName: string,
  library: Library,
): WorkspaceChange {
  return renamed(symbolAt(prompt, offset, library), newName, library);
}

/** Like `rename`, from a samples file. @throws as `rename` */
export function renameInSamples(
  samples: LibrarySamples,
  offset: number,
  newName: string,
  library: Library,
): WorkspaceChange {
  return renamed(symbolInSamples(samples, offset, library), newName, library);
}

function refuse(message: string): never {
  throw new Problem('invalid_request', message);
}

function prepared(symbol: PromptSymbol | undefined, library: Library): Renamable {
  if (symbol === undefined)
    return refuse('Nothing here can be renamed. Place the cursor on a variable or a partial.');
  const { name, span } = symbol;
  switch (symbol.kind) {
    case 'helper':
      return refuse(`"${name}" is a helper, which Handlebars or Dotprompt defines: it cannot be renamed.`);
    case 'keyword':
      return refuse(`"${name}" belongs to Handlebars and cannot be renamed.`);
    case 'partial':
      if (symbol.partial === undefined)
        return refuse(`There is no partial "${name}" yet: create it, or correct the name here.`);
      break;
    case 'name':
      toRename(symbol, library);
  }
  return { span: bare(span, name), text: name };
}

/** The range of a name without brackets or quotes around it, `[name]` or `"name"`. */
function bare({ start, end }: Span, name: string): Span {
  const around = (end - start - name.length) / 2;
  return around === 1 ? { start: start + 1, end: end - 1 } : { start, end };
}

interface ToRename {
  readonly occurrences: Occurrences;
  readonly places: readonly Occurrence[];
}

/** All that must change with a name. @throws Problem `invalid_request` */
function toRename(symbol: PromptSymbol & { kind: 'name' }, library: Library): ToRename {
  const occurrences = occurrencesOf(symbol.name, symbol.prompt, library);
  const here = occurrences.at(symbol);
  if (here === undefined || (here.declarations.size === 0 && here.unknownIn === undefined))
    return refuse(`"${symbol.name}" has no meaning here, so it cannot be renamed.`);
  if (here.declarations.size === 0)
    return refuse(
      `No schema says what "${symbol.name}" is a property of. Declare it in the front matter, then rename it.`,
    );
  const places = occurrences.closed(here);
  const unknown = places.find(({ unknownIn }) => unknownIn !== undefined);
  if (unknown !== undefined)
    return refuse(
      `In ${nameOf(unknown.unknownIn)}, no schema says what "${symbol.name}" is a property of. Declare it there, then rename it.`,
    );
  return { occurrences, places };
}

function nameOf(prompt: LibraryPrompt | undefined): string {
  return prompt?.name === undefined ? 'this prompt' : `"${prompt.name}"`;
}

function renamed(symbol: PromptSymbol | undefined, newName: string, library: Library): WorkspaceChange {
  prepared(symbol, library);
  switch (symbol?.kind) {
    case 'partial':
      return renamePartial(symbol, newName, library);
    case 'inline':
      return renameInline(symbol, newName, library);
    case 'name':
      return renameName(symbol, newName, library);
    default:
      return refuse('Nothing here can be renamed.');
  }
}

function renameName(
  symbol: PromptSymbol & { kind: 'name' },
  newName: string,
  library: Library,
): WorkspaceChange {
  const { places } = toRename(symbol, library);
  const { name } = symbol;
  if (newName === name) return { edits: new Map() };
  const inObject = places.every(({ declarations }) =>
    [...declarations].every(each => typeof each !== 'string'),
  );
  checkName(newName);
  if (KNOWN_HELPERS.has(newName) && !inObject)
    refuse(`"${newName}" is the name of a helper: {{${newName}}} would call it. Choose another.`);
  if (places.some(({ as }) => as === 'parameter') && handlebarsName(newName) !== newName)
    refuse(`A block parameter cannot be named "${newName}": it takes no brackets. Choose another name.`);
  checkUndeclared(newName, places, library);
  const edits = new Map<string, TextEdit[]>();
  for (const place of places) {
    const text = textAt(place, library);
    const some = edits.get(place.uri) ?? [];
    edits.set(place.uri, some);
    some.push({ span: place.span, text: written(place, text, name, newName) });
  }
  checkMeaningKept({ symbol, newName, places, edits, library });
  return { edits };
}

/** Names that YAML or Handlebars read as something else. */
const RESERVED = new Set(['true', 'false', 'null', 'undefined', 'this', 'else', '__proto__']);
/** Names that need no quotes in YAML, and at most brackets in Handlebars. */
const NAME = /^[\p{L}_$][\p{L}\p{N}\p{M}_$-]*(?:[ .][\p{L}\p{N}\p{M}_$-]+)*$/u;
const MAX_LENGTH = 200;

function checkName(name: string): void {
  if (name === '') refuse('A name cannot be empty.');
  if (name.length > MAX_LENGTH)
    refuse(`A name has at most ${MAX_LENGTH} characters; this one has ${name.length}.`);
  if (RESERVED.has(name.toLowerCase())) refuse(`"${name}" has a meaning of its own. Choose another name.`);
  if (!NAME.test(name))
    refuse(
      'A name begins with a letter, "_" or "$"; letters, digits, "_", "$" and "-" follow, with single spaces or dots between them. Choose such a name.',
    );
}

/** @throws Problem `invalid_request` if the new name is declared beside the old one */
function checkUndeclared(newName: string, places: readonly Occurrence[], library: Library): void {
  const renamed = new Set(places.flatMap(each => [...each.declarations]));
  for (const uri of new Set(places.map(each => each.uri))) {
    const prompt = library.at(uri);
    if (prompt && isDeclaredBeside(prompt.analysis.frontMatter.variables, renamed, newName))
      refuse(`${nameOf(prompt)} declares "${newName}" already. Choose another name.`);
  }
}

function isDeclaredBeside(
  declared: readonly Declared[],
  renamed: ReadonlySet<Declaration>,
  newName: string,
  within: ReadonlySet<Declared> = new Set(),
): boolean {
  if (declared.some(each => renamed.has(each)) && declared.some(({ name }) => name === newName)) return true;
  return declared.some(
    each =>
      !within.has(each) &&
      isDeclaredBeside(propertiesOf(each.type), renamed, newName, new Set([...within, each])),
  );
}

function textAt({ uri }: Occurrence, library: Library): string {
  return library.at(uri)?.analysis.text ?? samplesAt(uri, library)?.text ?? '';
}

/** The new name as it must be written at a place. @throws Problem `invalid_request` */
function written({ span, as }: Occurrence, text: string, name: string, newName: string): string {
  const before = textOf(text, span);
  if (as === 'use' || as === 'parameter' || as === 'argument') return handlebarsName(newName);
  if (before !== name)
    refuse(`"${name}" is written with escapes or as an alias somewhere. Write it out there, then rename it.`);
  return newName;
}

/** A name for Handlebars, in brackets if it is not an identifier. */
export function handlebarsName(name: string): string {
  const [open, id, close, ...more] = lex(`{{${name}}}`, 0).tokens;
  const isPlain =
    open?.kind === 'OPEN' &&
    id?.kind === 'ID' &&
    id.text === name &&
    close?.kind === 'CLOSE' &&
    more.length === 0;
  return isPlain && name !== 'as' ? name : `[${name}]`;
}

/** Renames an inline partial in the prompt that defines it. */
function renameInline(
  symbol: PromptSymbol & { kind: 'inline' },
  newName: string,
  library: Library,
): WorkspaceChange {
  const { prompt, inline } = symbol;
  if (!/^[A-Za-z_][\w-]*(?:\/[A-Za-z_][\w-]*)*$/.test(newName) || RESERVED.has(newName))
    refuse('The name of a partial has letters, digits, "_" and "-". Choose such a name.');
  const { partials, inlines } = prompt.analysis.resolved;
  if (inlines.some(({ name }) => name?.name === newName))
    refuse(`This prompt defines "${newName}" already. Choose another name.`);
  if (partials.some(({ name }) => name?.name === newName) || library.partial(prompt.name, newName))
    refuse(`"${newName}" is another partial. Choose another name.`);
  const { definitions, uses } = inlineNames(prompt, inline);
  const edits = [...definitions, ...uses.map(span => bare(span, symbol.name))].map(span => ({
    span,
    text: newName,
  }));
  return { edits: new Map([[prompt.uri, edits]]) };
}
