/**
 * Finds renamed files like git: the file of one prompt is gone, and one that the registry does not know has its text,
 * or most of it.
 */
import type { Digest } from './digest.ts';
import type { PublishedText, TextDigests } from './line-endings.ts';
import { linesOf } from './line-hunks.ts';
import type { PromptName } from './name.ts';

/** A prompt whose file no longer exists. */
export interface GoneFile {
  readonly name: PromptName;
  /** The text of the version that it was based on, and its last known text. */
  readonly texts: readonly PublishedText[];
}

/** A file that is based on no version, of a prompt that the registry does not have. */
export interface FreshFile {
  readonly name: PromptName;
  readonly digests: TextDigests;
}

/**
 * The old names by new name. A text identifies a rename only if neither file has another match.
 * @param noted known renames, whose files may have been edited since
 */
export function renamedFrom(
  gone: readonly GoneFile[],
  fresh: readonly FreshFile[],
  noted: ReadonlyMap<PromptName, PromptName> = new Map(),
): ReadonlyMap<PromptName, PromptName> {
  const renamed = new Map<PromptName, PromptName>();
  const free = new Set(gone.map(({ name }) => name));
  for (const { name } of fresh) {
    const from = noted.get(name);
    if (from !== undefined && free.delete(from)) renamed.set(name, from);
  }
  const byText = new Map<Digest, Set<PromptName>>();
  for (const { name, texts } of gone)
    if (free.has(name))
      for (const { digest, text } of texts)
        for (const each of text === undefined ? [digest] : [digest, text]) add(byText, each, name);
  const matches = new Map<PromptName, Set<PromptName>>();
  for (const { name, digests } of fresh) {
    if (renamed.has(name)) continue;
    const forms = [digests.exact, digests.plain, ...digests.others];
    const found = new Set(forms.flatMap(form => [...(byText.get(form) ?? [])]));
    const [from] = found;
    if (from !== undefined && found.size === 1) add(matches, from, name);
  }
  for (const [from, names] of matches) {
    const [to] = names;
    if (to !== undefined && names.size === 1) renamed.set(to, from);
  }
  return renamed;
}

function add<Key>(names: Map<Key, Set<PromptName>>, key: Key, name: PromptName): void {
  const known = names.get(key);
  if (known === undefined) names.set(key, new Set([name]));
  else known.add(name);
}

export interface NamedText {
  readonly name: PromptName;
  readonly text: string;
}

/** Git requires half, but prompts created from one template have more in common than other files. */
const ENOUGH = 0.6;

/** The old names of edited files by new name, if the two are more similar to each other than to any other. */
export function similarRenames(
  gone: readonly NamedText[],
  fresh: readonly NamedText[],
): ReadonlyMap<PromptName, PromptName> {
  const old = gone.map(({ name, text }) => ({ name, lines: countedLines(text), length: text.length }));
  const pairs = fresh.flatMap(({ name: to, text }) => {
    const lines = countedLines(text);
    return old.map(({ name: from, ...each }) => ({
      ...{ from, to },
      likeness: sharedLength(lines, each.lines) / Math.max(1, text.length, each.length),
    }));
  });
  const likely = pairs.filter(({ likeness }) => likeness >= ENOUGH);
  const isBest = (pair: (typeof likely)[number]) =>
    likely.every(
      each =>
        each === pair || (each.from !== pair.from && each.to !== pair.to) || each.likeness < pair.likeness,
    );
  return new Map(likely.filter(isBest).map(({ from, to }) => [to, from]));
}

function countedLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const line of linesOf(text)) lines.set(line, (lines.get(line) ?? 0) + 1);
  return lines;
}

/** The total length of the lines that both have, as often as both have them. */
function sharedLength(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): number {
  let length = 0;
  for (const [line, count] of one) length += line.length * Math.min(count, other.get(line) ?? 0);
  return length;
}
