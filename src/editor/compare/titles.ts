/** The titles of comparisons: both sides, and which is which. */
import { LATEST } from '../../core/channel.ts';
import type { PromptName } from '../../core/name.ts';

const LIST = new Intl.ListFormat('en');

/** One side: a published version, or the file. */
export type Side = { readonly kind: 'version'; readonly version: number } | { readonly kind: 'file' };

/**
 * `support/triage: @11 ↔ @12`; the file is `your file`. Where a version is live is not in it: a tab keeps its title when
 * that changes.
 */
export function compareTitle(prompt: PromptName, left: Side, right: Side): string {
  return `${prompt}: ${sideTitle(left)} ↔ ${sideTitle(right)}`;
}

function sideTitle(side: Side): string {
  return side.kind === 'file' ? 'your file' : `@${side.version}`;
}

/** What a version is known as: `newest`, or where it is live, such as `stable in staging and production`. Undefined for any other. */
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
      ([channel, pointers]) => `${channel} in ${LIST.format(pointers.map(({ environment }) => environment))}`,
    ).join('; ');
  return prompt.newest.version === version ? 'newest' : undefined;
}
