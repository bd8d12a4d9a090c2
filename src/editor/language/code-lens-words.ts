/** The words over a prompt's first line: few, so that they fit beside a preview. Tooltips say the rest. */
import { LATEST, STABLE } from '../../core/channel.ts';
import type { Listed } from '../explorer/listed.ts';
import { wordsOf } from '../explorer/state-words.ts';

/** What most people call the environment that matters most. */
const PRODUCTION = 'production';

/** `@12 · modified` of a file that is based on @12; `Not published`; for one that says nothing of its base, `Newest @12`. */
export function versionTitle({ base, summary, state }: Pick<Listed, 'base' | 'summary' | 'state'>): string {
  if (summary === undefined && base === undefined) return 'Not published';
  const newest = summary && `newest @${summary.newest.version}`;
  const words = [
    base === undefined ? undefined : `@${base}`,
    wordsOf(state)?.word,
    base === undefined || summary?.newest.version !== base ? newest : undefined,
  ].filter(word => word !== undefined);
  const title = words.join(' · ');
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/**
 * `production @11, canary @13`: what is live there; of production where something is live there, else of the first environment. The
 * tooltip has all of them. Undefined where nothing is known.
 */
export function liveTitle(
  summary: Listed['summary'],
): { readonly title: string; readonly tooltip: string } | undefined {
  const live = (summary?.pointers ?? []).filter(({ channel }) => channel !== LATEST);
  if (!isSome(live))
    return summary === undefined
      ? undefined
      : { title: 'Not live', tooltip: 'No version is live in any environment: promote one' };
  const { environment: first } = live.find(({ environment }) => environment === PRODUCTION) ?? live[0];
  const versions = live
    .filter(({ environment }) => environment === first)
    .map(({ channel, version }) => (channel === STABLE ? `@${version}` : `${channel} @${version}`));
  const tooltip = live
    .map(({ environment, channel, version }) => `@${version} is live in ${environment} (${channel}).`)
    .join('\n');
  return { title: `${first} ${versions.join(', ')}`, tooltip };
}

function isSome<Item>(items: readonly Item[]): items is readonly [Item, ...Item[]] {
  return items.length > 0;
}
