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

/** A thread, and where its line is in each version of those that are open. */
export interface FollowedThread {
  readonly thread: LineThread;
  readonly lines: ReadonlyMap<VersionNumber, FollowedLine>;
}

export interface ReviewThread {
  /** The version whose line it is about. */
  readonly version: VersionNumber;
  /** From 1; null: of the whole promotion. */
  readonly line: number | null;
  /** Oldest first. */
  readonly comments: readonly ThreadComment[];
  /** Where it is shown when that is not its own place: in another version, on the line that its line became. */
  readonly shown?: ShownPlace;
  readonly resolved?: LineThread['resolved'];
  /** Unsent text. */
  readonly unsent?: UnsentComment;
}

/** In the order in which they began; those that hold nothing but an unsent comment come last. */
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

/** Each at the place that it was written for, wherever that is shown; a place of its own where nobody else wrote. */
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

/** A comment that was edited and is not known, as while the registry is away, is shown where it was written. */
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

/** One for all comments at the same place, as it is shown in one version. */
export function threadId({ version, line, shown }: Pick<ReviewThread, 'version' | 'line' | 'shown'>): string {
  const place = line === null ? 'whole' : `${version} ${line}`;
  return shown === undefined ? place : `${place} in ${shown.version}`;
}

/**
 * The threads of a prompt's versions, beside those of a review where one is open. What was written in the review comes
 * from the registry twice, and is shown once.
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

/** In each tab once: at its own place, else in the newest version that still has its line, else where its line was. */
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

/** No id of a promotion begins so. */
export function promptSubject(prompt: PromptName): string {
  return `@${prompt}`;
}

/** The prompt of such a subject; undefined for that of a review. */
export function promptOfSubject(subject: string): PromptName | undefined {
  return subject.startsWith('@') ? (subject.slice(1) as PromptName) : undefined;
}

/** Which side of the review a version is; undefined for none. */
export function sideOf(
  { from, version }: Pick<Promotion, 'from' | 'version'>,
  shown: number | undefined,
): 'from' | 'to' | undefined {
  if (shown === version) return 'to';
  return shown !== undefined && shown === from ? 'from' : undefined;
}

/** The line, from 1, that a thread of the editor is about: its last, where several were marked. */
export function lineOf(range: { readonly end: { readonly line: number } } | undefined): number | undefined {
  return range === undefined ? undefined : range.end.line + 1;
}
