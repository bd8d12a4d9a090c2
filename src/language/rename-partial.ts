/** A new name for a partial's file, and for every call of it, each written in the way in which it was. */
import { folderOf, isPromptName, lastSegment, type PromptName, whyNotPromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { applyEdits, type TextEdit } from './edit.ts';
import { Library, type LibraryPrompt } from './library.ts';
import { type PartialReference, partialReferences } from './partial-uses.ts';
import type { WorkspaceChange } from './results.ts';
import { textOf } from './span.ts';
import type { Thing } from './thing.ts';

function refuse(message: string): never {
  throw new Problem('invalid_request', message);
}

/** @throws Problem `invalid_request` for a name that cannot be, or where a call would mean another partial */
export function renamePartial(
  { partial, name }: Thing & { kind: 'partial' },
  newReference: string,
  library: Library,
): WorkspaceChange {
  const from = partial?.name;
  if (partial === undefined || from === undefined) return refuse(`There is no partial "${name}".`);
  const to = newNameOf(from, name, newReference.trim());
  if (to === from) return { edits: new Map() };
  if (library.prompt(to)) return refuse(`There is a prompt "${to}" already. Choose another name.`);
  const uses = [...partialReferences(library.prompts())];
  const edits = new Map<string, TextEdit[]>();
  for (const use of uses) {
    const target = library.partial(use.prompt.name, use.reference);
    const isIt = target?.uri === partial.uri;
    // A partial that moves takes its own calls with it.
    const moves = use.prompt.uri === partial.uri && folderOf(to) !== folderOf(from);
    if (target?.name === undefined || !(isIt || moves)) continue;
    const caller = use.prompt.uri === partial.uri ? to : use.prompt.name;
    const reference = isIt
      ? referenceFrom(caller, to, prefixOf(from, use.reference))
      : stillReaches(use, caller, target.name);
    if (reference === use.reference) continue;
    const written = {
      span: use.span,
      text: asWritten(reference, textOf(use.prompt.analysis.text, use.span)),
    };
    edits.set(use.uri, [...(edits.get(use.uri) ?? []), written]);
  }
  checkCalls({ partial, to, uses, edits, library });
  const samples = library.samples(from);
  const files = [partial.uri, ...(samples ? [samples.uri] : [])];
  return { edits, renames: files.map(uri => ({ from: uri, toName: to })) };
}

/** What `reference` becomes when the new one stands in its place: the folder that it is looked up in stays. */
function newNameOf(from: PromptName, reference: string, newReference: string): PromptName {
  const slash = newReference.lastIndexOf('/');
  const last = newReference.slice(slash + 1).replace(/^_/, '');
  const name = `${prefixOf(from, reference)}${newReference.slice(0, slash + 1)}_${last}`;
  const why = last === '' ? 'A partial needs a name.' : whyNotPromptName(name);
  return why === undefined && isPromptName(name) ? name : refuse(why ?? 'This is no name of a partial.');
}

/** What of a partial's name stands before what a reference writes, with its slash: `support/` of `support/_style`. */
function prefixOf(partial: PromptName, reference: string): string {
  return partial.slice(0, partial.length - reference.length - 1);
}

/** How `caller` writes `partial`, from the folder `prefix` where that can be. */
function referenceFrom(caller: PromptName | undefined, partial: PromptName, prefix: string): string {
  if (partial.startsWith(prefix)) return unmarked(partial.slice(prefix.length));
  const folders = caller === undefined ? [] : folderOf(caller).split('/').filter(Boolean);
  for (let depth = folders.length; depth > 0; depth -= 1) {
    const folder = `${folders.slice(0, depth).join('/')}/`;
    if (partial.startsWith(folder)) return unmarked(partial.slice(folder.length));
  }
  return unmarked(partial);
}

/** A name without the underscore that marks a partial. */
function unmarked(name: string): string {
  const slash = name.lastIndexOf('/');
  return `${name.slice(0, slash + 1)}${name.slice(slash + 2)}`;
}

/** A call in a partial that moves: as it is, if its folders still hold what it calls. */
function stillReaches(
  { reference }: PartialReference,
  caller: PromptName | undefined,
  target: PromptName,
): string {
  const prefix = prefixOf(target, reference);
  return caller?.startsWith(prefix) ? reference : referenceFrom(caller, target, '');
}

/** In the quotes or brackets that were there; in quotes where it would be no path of Handlebars. */
function asWritten(reference: string, before: string): string {
  const [quote] = before;
  if (quote === '"' || quote === "'") return `${quote}${reference}${quote}`;
  const isPath = reference.split('/').every(part => /^[a-z_][a-z0-9_-]*$/.test(part) && !WORDS.has(part));
  return isPath ? reference : `"${reference}"`;
}

const WORDS = new Set(['this', 'true', 'false', 'null', 'undefined', 'else', 'as']);

interface Renaming {
  readonly partial: LibraryPrompt;
  readonly to: PromptName;
  readonly uses: readonly PartialReference[];
  readonly edits: ReadonlyMap<string, readonly TextEdit[]>;
  readonly library: Library;
}

/** @throws Problem `invalid_request` where a call would reach another partial than before */
function checkCalls({ partial, to, uses, edits, library }: Renaming): void {
  const after = new Library();
  for (const { uri, name, analysis } of library.prompts()) {
    const isCalling = partial.uri === uri || edits.has(uri);
    const text = isCalling ? applyEdits(analysis.text, edits.get(uri) ?? []) : '';
    after.setPrompt(uri, uri === partial.uri ? to : name, text);
  }
  const changed = new Map<string, PartialReference[]>();
  for (const use of uses) changed.set(use.uri, [...(changed.get(use.uri) ?? []), use]);
  for (const [uri, before] of changed) {
    const prompt = after.at(uri) as LibraryPrompt;
    const isRead = partial.uri === uri || edits.has(uri);
    const now = isRead ? [...partialReferences([prompt])] : before;
    for (const [index, use] of before.entries()) {
      const target = library.partial(use.prompt.name, use.reference)?.uri;
      const reference = now.length === before.length ? now[index]?.reference : undefined;
      if (reference !== undefined && after.partial(prompt.name, reference)?.uri === target) continue;
      const written = reference ?? use.reference;
      refuse(
        `{{> ${written}}} in "${use.prompt.name ?? 'a file without a name'}" would ${target === partial.uri ? 'no longer mean this partial' : `mean "${lastSegment(to)}"`}. Choose another name.`,
      );
    }
  }
}
