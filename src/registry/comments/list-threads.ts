/** The threads of a prompt in pages: the newest version first, and of a version by line. */
import type { LineThread } from '../../contract/comments.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { readThreadsCounted, versionsWithComments } from './read-threads.ts';

export interface ThreadListing {
  /** Only threads of this version; undefined for all versions that `mayRead` allows. */
  readonly version?: VersionNumber | undefined;
  readonly state?: 'open' | 'resolved' | undefined;
  /** The end of the previous page. */
  readonly after: ThreadsEnd | undefined;
  readonly limit: number;
  readonly mayRead: (prompt: PromptName, version: VersionNumber) => Promise<boolean>;
}

/** The last line of a page, and its version. */
export interface ThreadsEnd {
  readonly version: number;
  readonly line: number;
}

export interface ThreadsRead {
  readonly threads: readonly LineThread[];
  /** Undefined if there are no more. A page may be shorter than its limit, or empty, although another follows. */
  readonly end: ThreadsEnd | undefined;
}

/** Limits of the events and versions that are read for a page. */
const MOST = { events: 500, versions: 100 };

export async function listThreads(
  read: <T>(work: (snapshot: ReadSnapshot) => Promise<T>) => Promise<T>,
  prompt: PromptName,
  { version, state, after, limit, mayRead }: ThreadListing,
): Promise<ThreadsRead> {
  const first = after === undefined ? Number.MAX_SAFE_INTEGER : after.version + 1;
  const versions =
    version === undefined
      ? await read(snapshot => versionsWithComments(snapshot, prompt, first, MOST.versions + 1))
      : [version].filter(each => each < first);
  const threads: LineThread[] = [];
  let events = 0;
  for (const [index, each] of versions.entries()) {
    if (index === MOST.versions || events >= MOST.events) return { threads, end: before(each) };
    if (!(await mayRead(prompt, each))) continue;
    const found = await read(snapshot => readThreadsCounted(snapshot, { prompt, version: each }));
    events += found.events;
    const from = after?.version === each ? after.line : 0;
    for (const thread of found.threads) {
      if (thread.line <= from) continue;
      if (state !== undefined && (thread.resolved === null) !== (state === 'open')) continue;
      const last = threads.at(-1);
      if (threads.length === limit && last !== undefined)
        return { threads, end: { version: last.version, line: last.line } };
      threads.push(thread);
    }
  }
  return { threads, end: undefined };
}

/** The end of a page that includes all versions after this one, and none of its threads. */
function before(version: number): ThreadsEnd {
  return { version, line: 0 };
}
