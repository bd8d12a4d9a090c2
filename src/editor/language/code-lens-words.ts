/** The words over a prompt's first line. */
import { LATEST, STABLE } from '../../core/channel.ts';
import type { Listed } from '../explorer/listed.ts';
import { wordsOf } from '../explorer/state-words.ts';
import { LAST_KNOWN } from '../status/words.ts';

/** After a state that may have changed since it was seen. */
const WHILE_OFFLINE = ' (offline, last known)';

/** `Based on @12 · modified`; `Not published yet`; for a file that says nothing of its base, the newest there is. */
export function versionTitle({ base, summary, state }: Pick<Listed, 'base' | 'summary' | 'state'>): string {
  if (summary === undefined && base === undefined) return 'Not published yet';
  const newest = summary && `newest @${summary.newest.version}`;
  const words = [
    base === undefined ? undefined : `Based on @${base}`,
    wordsOf(state)?.word,
    base === undefined || summary?.newest.version !== base ? newest : undefined,
  ].filter(word => word !== undefined);
  const title = words.join(' · ');
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/**
 * `Live: production @11 · staging @12, canary @13`. Undefined where nothing is known.
 * @param isOffline whether the pointers may have moved since they were seen
 */
export function liveTitle(
  summary: Listed['summary'],
  isOffline: boolean,
): { readonly title: string; readonly tooltip: string } | undefined {
  const live = (summary?.pointers ?? []).filter(({ channel }) => channel !== LATEST);
  if (live.length === 0)
    return summary === undefined
      ? undefined
      : {
          title: `Not live anywhere${isOffline ? WHILE_OFFLINE : ''}`,
          tooltip: 'Promote a version to an environment',
        };
  const byEnvironment = Map.groupBy(live, ({ environment }) => environment);
  const title = Array.from(byEnvironment, ([environment, pointers]) => {
    const versions = pointers.map(({ channel, version }) =>
      channel === STABLE ? `@${version}` : `${channel} @${version}`,
    );
    return `${environment} ${versions.join(', ')}`;
  }).join(' · ');
  const tooltip = live
    .map(({ environment, channel, version }) => `@${version} is ${channel} in ${environment}.`)
    .join('\n');
  return isOffline
    ? { title: `Live: ${title}${WHILE_OFFLINE}`, tooltip: `${LAST_KNOWN}\n${tooltip}` }
    : { title: `Live: ${title}`, tooltip };
}
