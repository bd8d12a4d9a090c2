/** The titles of comparisons: both sides, and which is which. */
import { LATEST, STABLE } from '../../core/channel.ts';
import type { PromptName } from '../../core/name.ts';

const LIST = new Intl.ListFormat('en');

/** One side: a published version, or the file. */
export type Side = { readonly kind: 'version'; readonly version: number } | { readonly kind: 'file' };

/**
 * `triage: @11 ↔ @12`; the file is `your file`. Does not include where a version is live, because a tab keeps its title
 * when that changes.
 * @param name from `shortName`
 */
export function compareTitle(name: string, left: Side, right: Side): string {
  return `${name}: ${sideTitle(left)} ↔ ${sideTitle(right)}`;
}

/** The name of a prompt in a tab: without its folders, unless another prompt has the same name. */
export function shortName(prompt: PromptName, all: Iterable<PromptName>): string {
  const last = lastPart(prompt);
  for (const other of all) if (other !== prompt && lastPart(other) === last) return prompt;
  return last;
}

/** `shortName` for many prompts: processes all names only once. */
export function shortNames(all: Iterable<PromptName>): (prompt: PromptName) => string {
  const named = new Map<string, number>();
  for (const name of all) named.set(lastPart(name), (named.get(lastPart(name)) ?? 0) + 1);
  return prompt => ((named.get(lastPart(prompt)) ?? 0) > 1 ? prompt : lastPart(prompt));
}

function lastPart(prompt: PromptName): string {
  return prompt.slice(prompt.lastIndexOf('/') + 1);
}

function sideTitle(side: Side): string {
  return side.kind === 'file' ? 'your file' : `@${side.version}`;
}

/**
 * A label for a version: `newest`, or where it is live, such as `live in staging and production`, `canary in
 * production`. Undefined for other versions.
 */
export function knownAs(
  version: number,
  prompt: {
    readonly newest: { readonly version: number };
    readonly pointers: readonly {
      readonly environment: string;
      readonly channel: string;
      readonly version: number;
    }[];
  },
): string | undefined {
  const live = prompt.pointers.filter(pointer => pointer.version === version && pointer.channel !== LATEST);
  const channels = Map.groupBy(live, ({ channel }) => channel);
  if (channels.size > 0)
    return Array.from(
      channels,
      ([channel, pointers]) =>
        `${channel === STABLE ? 'live' : channel} in ${LIST.format(pointers.map(({ environment }) => environment))}`,
    ).join('; ');
  return prompt.newest.version === version ? 'newest' : undefined;
}
