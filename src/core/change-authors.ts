/**
 * Finds the authors of the versions that a promotion changes. None of them counts as a second pair of eyes, regardless
 * of who requested the promotion and which key published last.
 */
import type { PromptName } from './name.ts';
import { foldPerson } from './person.ts';
import { type VersionNumber, versionReference } from './version.ts';

/** The versions of the prompts that a text consists of: the prompt itself, its partials, and their partials. */
export type Ingredients = ReadonlyMap<PromptName, ReadonlySet<VersionNumber>>;

/** Versions of one prompt, both ends included. */
export interface VersionRange {
  readonly prompt: PromptName;
  readonly first: number;
  readonly last: number;
}

/**
 * The versions between two texts. Forward: those after the live version, up to the requested one; all of them if
 * nothing is live. Backward: those that are undone, and the one that returns. Excludes partials that the new text no
 * longer uses, since the author who removed them wrote the version without them.
 */
export function changedRanges(from: Ingredients, to: Ingredients): VersionRange[] {
  const ranges: VersionRange[] = [];
  for (const [prompt, after] of to) {
    const before: ReadonlySet<VersionNumber> = from.get(prompt) ?? new Set();
    if (before.size === after.size && [...before].every(version => after.has(version))) continue;
    const all = [...before, ...after];
    const [lowest, last] = [Math.min(...all), Math.max(...all)] as [VersionNumber, VersionNumber];
    const first = before.size === 0 ? 1 : before.has(lowest) ? lowest + 1 : lowest;
    ranges.push({ prompt, first, last });
  }
  return ranges;
}

/** A version that a promotion changes, and who wrote it. */
export interface ChangedVersion {
  readonly author: string;
  readonly prompt: PromptName;
  readonly version: VersionNumber;
}

/** The authors of some versions, each person once. */
export function authorsOf(changed: readonly ChangedVersion[]): string[] {
  return [...firstOfEach(changed).values()].map(({ author }) => author);
}

/** The first version that this person wrote, such as `support/triage@3`; undefined if there is none. */
export function writtenBy(actor: string, changed: readonly ChangedVersion[]): string | undefined {
  const own = firstOfEach(changed).get(foldPerson(actor));
  return own && versionReference(own.prompt, own.version);
}

const firsts = new WeakMap<readonly ChangedVersion[], ReadonlyMap<string, ChangedVersion>>();

/** The first version of each person, keyed by `foldPerson`. Computed once for all promotions of a release. */
export function firstOfEach(changed: readonly ChangedVersion[]): ReadonlyMap<string, ChangedVersion> {
  const known = firsts.get(changed);
  if (known !== undefined) return known;
  const made = new Map<string, ChangedVersion>();
  for (const each of changed) {
    const person = foldPerson(each.author);
    if (!made.has(person)) made.set(person, each);
  }
  firsts.set(changed, made);
  return made;
}
