/** Renames a prompt's file, so that all calls of it, and its own calls, keep their meaning. */
import { folderOf, isPartial, lastSegment, type PromptName } from '../../../core/name.ts';
import { closestCaseClash, whyNoFolder, whyTaken } from '../../../core/name-case.ts';
import { Problem } from '../../../core/problem.ts';
import { Library, type LibraryPrompt } from '../../analysis/library.ts';
import { type PartialReference, partialReferences } from '../../analysis/partial-uses.ts';
import type { WorkspaceChange } from '../../results/edit.ts';
import { applyEdits, type TextEdit } from '../../results/edit.ts';
import { textOf } from '../../results/span.ts';

function refuse(message: string): never {
  throw new Problem('invalid_request', message);
}

/**
 * The edits and renames that give a prompt or partial the name `to`, including its samples. Each call keeps its style.
 * @throws Problem `invalid_request` if the name is taken, if a partial in use would no longer be one, or if a call
 * would refer to another partial
 */
export function renamePrompt(prompt: LibraryPrompt, to: PromptName, library: Library): WorkspaceChange {
  const from = prompt.name;
  if (from === undefined) return refuse('The path of this file is not a prompt name. Rename the file first.');
  if (to === from) return { edits: new Map() };
  if (library.prompt(to)) return refuse(`There is a prompt "${to}" already. Choose another name.`);
  const clash = closestCaseClash(to, othersThan(from, to, library));
  if (clash !== undefined) return refuse(whyTaken(to, clash));
  const noFolder = whyNoFolder(to);
  if (noFolder !== undefined) return refuse(noFolder);
  const files = [...library.prompts()].filter(each => library.isListed(each));
  const uses = [...partialReferences(files)];
  const edits = new Map<string, TextEdit[]>();
  for (const use of uses) {
    const target = library.partial(use.prompt.name, use.reference);
    const isIt = target?.uri === prompt.uri;
    // A prompt's own calls move with it.
    const moves = use.prompt.uri === prompt.uri && folderOf(to) !== folderOf(from);
    if (target?.name === undefined || !(isIt || moves)) continue;
    if (isIt && !isPartial(to))
      return refuse(
        `"${use.prompt.name ?? 'A file'}" includes this partial, so the last part of its name must begin with "_".`,
      );
    const caller = use.prompt.uri === prompt.uri ? to : use.prompt.name;
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
  checkCalls({ prompt, to, files, uses, edits, library });
  const samples = library.samples(from);
  const moved = [prompt.uri, ...(samples ? [samples.uri] : [])];
  return { edits, renames: moved.map(uri => ({ from: uri, toName: to })) };
}

/** The names that `to` must not differ from only by case: all except the prompt itself, which may change its case. */
function* othersThan(from: PromptName, to: PromptName, library: Library): Generator<PromptName> {
  for (const name of library.names()) if (name !== from || folderOf(from) !== folderOf(to)) yield name;
}

/** The part of a partial's name before the reference, with its slash: `support/` of `support/_style`. */
export function prefixOf(partial: PromptName, reference: string): string {
  return partial.slice(0, partial.length - reference.length - 1);
}

/** The reference to `partial` as `caller` writes it, from the folder `prefix` if possible. */
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

/** The reference of a call in a partial that moves, unchanged if it is still found from the new folder. */
function stillReaches(
  { reference }: PartialReference,
  caller: PromptName | undefined,
  target: PromptName,
): string {
  const prefix = prefixOf(target, reference);
  return caller?.startsWith(prefix) ? reference : referenceFrom(caller, target, '');
}

/** Writes a reference with the existing quotes or brackets; in quotes if it is not a valid path in Handlebars. */
function asWritten(reference: string, before: string): string {
  const [quote] = before;
  if (quote === '"' || quote === "'") return `${quote}${reference}${quote}`;
  const isPath = reference
    .split('/')
    .every(part => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(part) && !WORDS.has(part));
  return isPath ? reference : `"${reference}"`;
}

const WORDS = new Set(['this', 'true', 'false', 'null', 'undefined', 'else', 'as']);

interface Renaming {
  readonly prompt: LibraryPrompt;
  readonly to: PromptName;
  /** The prompts whose calls matter; excludes published versions, which never change. */
  readonly files: readonly LibraryPrompt[];
  readonly uses: readonly PartialReference[];
  readonly edits: ReadonlyMap<string, readonly TextEdit[]>;
  readonly library: Library;
}

/** @throws Problem `invalid_request` if a call would find another partial than before */
function checkCalls({ prompt: renamed, to, files, uses, edits, library }: Renaming): void {
  const after = new Library();
  for (const { uri, name, analysis } of files) {
    const isCalling = renamed.uri === uri || edits.has(uri);
    const text = isCalling ? applyEdits(analysis.text, edits.get(uri) ?? []) : '';
    after.setPrompt(uri, uri === renamed.uri ? to : name, text);
  }
  const changed = new Map<string, PartialReference[]>();
  for (const use of uses) changed.set(use.uri, [...(changed.get(use.uri) ?? []), use]);
  for (const [uri, before] of changed) {
    const prompt = after.at(uri) as LibraryPrompt;
    const isRead = renamed.uri === uri || edits.has(uri);
    const now = isRead ? [...partialReferences([prompt])] : before;
    for (const [index, use] of before.entries()) {
      const target = library.partial(use.prompt.name, use.reference)?.uri;
      const reference = now.length === before.length ? now[index]?.reference : undefined;
      if (reference !== undefined && after.partial(prompt.name, reference)?.uri === target) continue;
      const written = reference ?? use.reference;
      refuse(
        `{{> ${written}}} in "${use.prompt.name ?? 'a file without a name'}" would ${target === renamed.uri ? 'no longer mean this partial' : `mean "${lastSegment(to)}"`}. Choose another name.`,
      );
    }
  }
}
