/** Comments as threads: one for each line of a version, and one for the whole of a promotion. Pure. */
import type { LineThread } from '../../contract/comments.ts';
import type { Comment, Promotion } from '../../contract/promotions.ts';
import type { FollowedLine } from '../../core/line-map.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { UnsentComment } from './unsent-comments.ts';
import type { UnsentEdit } from './unsent-edits.ts';

/** A comment, wherever it was written. */
export interface ThreadComment extends Pick<Comment, 'id' | 'actor' | 'at' | 'text'> {
  readonly editedAt?: string | null | undefined;
  readonly promotion: string | null;
}

export interface ShownPlace extends FollowedLine {
  readonly version: VersionNumber;
}

/** A thread, and the place of its line in each open version. */
export interface FollowedThread {
  readonly thread: LineThread;
  readonly lines: ReadonlyMap<VersionNumber, FollowedLine>;
}

export interface ReviewThread {
  /** The version whose line it is about. */
  readonly version: VersionNumber;
  /** From 1; null for the whole promotion. */
  readonly line: number | null;
  /** Oldest first. */
  readonly comments: readonly ThreadComment[];
  /** Where it is shown if not at its own place: the corresponding line of another version. */
  readonly shown?: ShownPlace;
  readonly resolved?: LineThread['resolved'];
  /** Unsent text. */
  readonly unsent?: UnsentComment;
}

/** In the order in which they began; threads with only an unsent comment come last. */
export function threadsOf(
  promotion: Pick<Promotion, 'from' | 'version'> | undefined,
  comments: readonly Comment[],
  unsent: readonly UnsentComment[] = [],
): ReviewThread[] {
  const threads = new Map<string, ReviewThread>();
  if (promotion !== undefined)
    for (const comment of comments) {
      const { place } = comment;
      const version = place?.side === 'from' && promotion.from !== null ? promotion.from : promotion.version;
      const line = place?.line ?? null;
      const id = threadId({ version, line });
      threads.set(id, { version, line, comments: [...(threads.get(id)?.comments ?? []), comment] });
    }
  return withUnsent([...threads.values()], unsent);
}

/** Adds unsent comments to the threads they were written for, wherever those are shown, or as new threads. */
export function withUnsent(
  threads: readonly ReviewThread[],
  unsent: readonly UnsentComment[],
): ReviewThread[] {
  const placed = threads.map(thread => {
    const here = unsent.find(each => placeId(each) === placeId(thread));
    return here === undefined ? thread : { ...thread, unsent: here };
  });
  const known = new Set(threads.map(placeId));
  const others = unsent.filter(each => !known.has(placeId(each)));
  return [
    ...placed,
    ...others.map(each => ({ version: each.version, line: each.line, comments: [], unsent: each })),
  ];
}

/**
 * An edited comment that is not known, for example while the registry is unreachable, is shown where it was written.
 */
export function withEdits(threads: readonly ReviewThread[], edits: readonly UnsentEdit[]): ReviewThread[] {
  const known = new Set(threads.flatMap(({ comments }) => comments.map(({ id }) => id)));
  const all = [...threads];
  for (const { version, line, comment: id, actor, at, before, promotion } of edits) {
    if (known.has(id)) continue;
    const comment = { id, actor, at, text: before, promotion };
    const index = all.findIndex(each => placeId(each) === placeId({ version, line }));
    const there = all[index];
    if (there === undefined) all.push({ version, line, comments: [comment] });
    else all[index] = { ...there, comments: together(there.comments, [comment]) };
  }
  return all;
}

function placeId({ version, line }: Pick<ReviewThread, 'version' | 'line'>): string {
  return threadId({ version, line });
}

/** The same for all comments at one place, as shown in one version. */
export function threadId({ version, line, shown }: Pick<ReviewThread, 'version' | 'line' | 'shown'>): string {
  const place = line === null ? 'whole' : `${version} ${line}`;
  return shown === undefined ? place : `${place} in ${shown.version}`;
}

/**
 * The threads of a prompt's versions, beside those of an open review. The registry returns comments in the review
 * twice; they are shown once.
 * @param tabs the versions that each tab shows side by side
 */
export function withFollowed(
  own: readonly ReviewThread[],
  followed: readonly FollowedThread[],
  tabs: readonly (readonly VersionNumber[])[],
): ReviewThread[] {
  const threads = new Map(own.map(thread => [threadId(thread), thread]));
  for (const { thread, lines } of followed) {
    const { version, line, comments, resolved } = thread;
    for (const shown of shownPlaces(version, lines, tabs)) {
      const placed = { version, line, ...(shown.version !== version && { shown }) };
      const before = threads.get(threadId(placed));
      threads.set(threadId(placed), {
        ...before,
        ...placed,
        comments: together(before?.comments ?? [], comments),
        resolved,
      });
    }
  }
  return [...threads.values()];
}

/**
 * Once in each tab: at its own place, otherwise in the newest version that still has its line, otherwise where its line
 * was.
 */
function shownPlaces(
  own: VersionNumber,
  lines: FollowedThread['lines'],
  tabs: readonly (readonly VersionNumber[])[],
): ShownPlace[] {
  const places = new Map<VersionNumber, ShownPlace>();
  for (const tab of tabs) {
    const candidates = tab
      .toSorted((one, other) => other - one)
      .flatMap((version): ShownPlace[] => {
        const line = lines.get(version);
        return line === undefined ? [] : [{ version, ...line }];
      });
    const shown =
      candidates.find(({ version }) => version === own) ??
      candidates.find(({ gone }) => gone === null) ??
      candidates[0];
    if (shown !== undefined) places.set(shown.version, shown);
  }
  return [...places.values()];
}

function together(one: readonly ThreadComment[], other: readonly ThreadComment[]): ThreadComment[] {
  const byId = new Map([...one, ...other].map(comment => [comment.id, comment]));
  return [...byId.values()].sort((a, b) => Number(a.id) - Number(b.id));
}

/** The subject of comments: a promotion under review, by its id, or the versions of a prompt that tabs show. */
export function subjectOf(place: { readonly promotion: string | null; readonly prompt: PromptName }): string {
  return place.promotion ?? promptSubject(place.prompt);
}

/** No id of a promotion begins like this. */
export function promptSubject(prompt: PromptName): string {
  return `@${prompt}`;
}

/** The prompt of such a subject; undefined for a review's. */
export function promptOfSubject(subject: string): PromptName | undefined {
  return subject.startsWith('@') ? (subject.slice(1) as PromptName) : undefined;
}

/** The side of the review that a version is on; undefined if neither. */
export function sideOf(
  { from, version }: Pick<Promotion, 'from' | 'version'>,
  shown: number | undefined,
): 'from' | 'to' | undefined {
  if (shown === version) return 'to';
  return shown !== undefined && shown === from ? 'from' : undefined;
}

/** The line, from 1, of a thread in the editor: the last one if several were selected. */
export function lineOf(range: { readonly end: { readonly line: number } } | undefined): number | undefined {
  return range === undefined ? undefined : range.end.line + 1;
}
