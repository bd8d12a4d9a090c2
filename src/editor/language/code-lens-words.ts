/**
 * The texts of code lenses above a prompt's first line: short, so that they fit beside a preview. Tooltips have the
 * rest.
 */
import { LATEST, STABLE } from '../../core/channel.ts';
import type { ListedPrompt } from '../explorer/listed-prompt.ts';
import { type Stated, wordsOf } from '../explorer/state-words.ts';
import { LAST_KNOWN } from '../status/words.ts';

/** Follows a state that may have changed since. */
const WHILE_OFFLINE = ' (last known)';

/** The usual names of the most important environment. */
const PRODUCTION = 'production';

/** `@12 modified` for a file based on @12; `Not published`; `Newest @12` for a document without a base. */
export function versionTitle(listed: Stated): string {
  const { base, summary, renamedFrom } = listed;
  if (summary === undefined && base === undefined)
    return renamedFrom === undefined ? 'Not published' : `Not published, renamed from ${renamedFrom.prompt}`;
  const word = wordsOf(listed)?.word;
  const of = base === undefined ? summary && `newest @${summary.newest.version}` : `@${base}`;
  const title = [of, word].filter(each => each !== undefined).join(' ');
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/**
 * `live @11, canary @13`: in production; if nothing is live there, the first environment with its name: `staging @12`.
 * The tooltip has all of them. Undefined if nothing is known.
 * @param isOffline true if the pointers may have moved since
 */
export function liveTitle(
  summary: ListedPrompt['summary'],
  isOffline: boolean,
): { readonly title: string; readonly tooltip: string } | undefined {
  const live = (summary?.pointers ?? []).filter(({ channel }) => channel !== LATEST);
  if (!isSome(live))
    return summary === undefined
      ? undefined
      : {
          title: `Not live${isOffline ? WHILE_OFFLINE : ''}`,
          tooltip: 'No version is live in any environment. Promote one.',
        };
  const { environment: first } = live.find(({ environment }) => environment === PRODUCTION) ?? live[0];
  const versions = live
    .filter(({ environment }) => environment === first)
    .map(({ channel, version }) => (channel === STABLE ? `@${version}` : `${channel} @${version}`));
  const tooltip = live
    .map(({ environment, channel, version }) => `@${version} is live in ${environment} (${channel}).`)
    .join('\n');
  const title = `${first === PRODUCTION ? 'live' : first} ${versions.join(', ')}`;
  return isOffline
    ? { title: title + WHILE_OFFLINE, tooltip: `${LAST_KNOWN}\n${tooltip}` }
    : { title, tooltip };
}

function isSome<Item>(items: readonly Item[]): items is readonly [Item, ...Item[]] {
  return items.length > 0;
}
