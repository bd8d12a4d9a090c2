/** Comments of a promotion as threads: one for each line of a side, and one for the whole. Pure. */
import type { Comment, Promotion } from '../../contract/promotions.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { UnsentComment } from './unsent-comments.ts';

export interface Thread {
  /** The version of the side that it is shown on. */
  readonly version: VersionNumber;
  /** From 1; null: of the whole promotion. */
  readonly line: number | null;
  /** Oldest first. */
  readonly comments: readonly Comment[];
  /** What was written there and has not reached the registry. */
  readonly unsent?: UnsentComment;
}

/** In the order in which they began; those that hold nothing but an unsent comment come last. */
export function threadsOf(
  promotion: Pick<Promotion, 'from' | 'version'> | undefined,
  comments: readonly Comment[],
  unsent: readonly UnsentComment[] = [],
): Thread[] {
  const threads = new Map<string, Thread>();
  if (promotion !== undefined)
    for (const comment of comments) {
      const { place } = comment;
      const version = place?.side === 'from' && promotion.from !== null ? promotion.from : promotion.version;
      const line = place?.line ?? null;
      const id = threadId({ version, line });
      threads.set(id, { version, line, comments: [...(threads.get(id)?.comments ?? []), comment] });
    }
  for (const each of unsent) {
    const id = threadId(each);
    const { version, line, comments } = threads.get(id) ?? { ...each, comments: [] };
    threads.set(id, { version, line, comments, unsent: each });
  }
  return [...threads.values()];
}

/** One for all threads of a promotion that stand at the same place. */
export function threadId({ version, line }: Pick<Thread, 'version' | 'line'>): string {
  return line === null ? 'whole' : `${version} ${line}`;
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
