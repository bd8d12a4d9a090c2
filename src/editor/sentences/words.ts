/** Describes the last change of a sentence. */
import type { SentenceHistory } from '../../client/sentence-history.ts';
import type { VersionSummary } from '../../contract/prompts.ts';
import type { SentenceOrigin } from '../../core/blame/blame.ts';
import { versionReference } from '../../core/version.ts';
import { oneLine } from '../../core/visible-text.ts';
import { ageOf, instantOf } from '../wording/age.ts';
import { escapeMarkdown } from '../wording/markdown.ts';
import { originMarkdown } from '../wording/origin.ts';

export const NOT_PUBLISHED = 'Not published yet';
const DAY_MS = 86_400_000;
/** Characters of a message in a hover, and of a name in an annotation. */
const MESSAGE = 200;
const NAME = 40;
/** The maximum number of versions in an annotation. */
const VERSIONS = 6;

/** Tags, front matter and code are compared by line. */
export type Noun = 'sentence' | 'line';

/** Returns true if the change may be older, because earlier versions were not read. */
export function isPerhapsOlder({ blame }: SentenceHistory, { version }: SentenceOrigin): boolean {
  return version !== undefined && version === blame.oldest && version !== 1;
}

/**
 * Markdown, with text by people escaped: `This sentence changed on Tuesday at 14:03, Dana, @7: Shorter greeting`.
 * @param now milliseconds since 1970
 */
export function changeMarkdown(
  history: SentenceHistory,
  change: SentenceOrigin,
  noun: Noun,
  now: number,
  timeZone?: string,
): string {
  const version = versionOf(history, change);
  if (version === undefined) return NOT_PUBLISHED;
  const [message = ''] = version.message.trim().split('\n', 1);
  const by = `${dayOf(version.publishedAt, now, timeZone)}, ${escapeMarkdown(version.author)}, @${version.version}`;
  const why = message === '' ? '' : `: ${escapeMarkdown(shortened(message, MESSAGE))}`;
  const end = [`${by}${why}`, ...originMarkdown(version.origin)].join('\n\n');
  if (isPerhapsOlder(history, change)) return `This ${noun} is from this version or an older one: ${end}`;
  return `This ${noun} ${version.version === 1 ? 'is from the first version:' : 'changed on'} ${end}`;
}

/** After a line: `@7 Dana, 2 days ago`. Of several changes, lists the versions and describes the newest: `@1 · @5 · @7 Dana, 2 days ago`. */
export function annotation(
  history: SentenceHistory,
  changes: readonly SentenceOrigin[],
  now: number,
): string {
  const distinct = [...new Map(changes.map(change => [change.version, change])).values()].sort(
    (a, b) => (a.version ?? Number.POSITIVE_INFINITY) - (b.version ?? Number.POSITIVE_INFINITY),
  );
  const shown = distinct.slice(-VERSIONS);
  return [
    ...(distinct.length > shown.length ? ['…'] : []),
    ...shown.slice(0, -1).map(({ version }) => `@${version}`),
    ...shown.slice(-1).map(newest => changeNote(history, newest, now)),
  ].join(' · ');
}

function changeNote(history: SentenceHistory, change: SentenceOrigin, now: number): string {
  const version = versionOf(history, change);
  if (version === undefined) return NOT_PUBLISHED;
  const older = isPerhapsOlder(history, change) ? ' or older' : '';
  return `@${version.version}${older} ${shortened(oneLine(version.author), NAME)}, ${ageOf(version.publishedAt, now)}`;
}

/** Why there is no earlier wording of a sentence. */
export function whyNoEarlier(history: SentenceHistory, change: SentenceOrigin): string {
  const { prompt, version } = versionOf(history, change) ?? {};
  if (prompt === undefined || version === undefined)
    return 'This sentence is not published yet, and the version the file is based on has no sentence in its place.';
  const reference = versionReference(prompt, version);
  if (version === 1) return `This sentence is as in ${reference}, the first version.`;
  if (isPerhapsOlder(history, change))
    return `This sentence is from ${reference} or an older version. Older versions were not loaded.`;
  return `This sentence is new in ${reference}: the previous version has no sentence in its place.`;
}

function versionOf({ versions }: SentenceHistory, { version }: SentenceOrigin): VersionSummary | undefined {
  return version === undefined ? undefined : versions.get(version);
}

/** `Tuesday at 14:03` within the last six days, then `Sep 12 at 14:03 CEST`. */
function dayOf(at: string, now: number, timeZone?: string): string {
  const age = now - Date.parse(at);
  if (age < 0 || age >= 6 * DAY_MS) return instantOf(at, timeZone, now);
  const zone = timeZone === undefined ? {} : { timeZone };
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...zone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(at));
  const part = (type: string) => parts.find(each => each.type === type)?.value ?? '';
  return `${part('weekday')} at ${part('hour')}:${part('minute')}`;
}

function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
}
