/**
 * Finds the versions in which a text occurs more or less often than before: the index selects candidates, and their
 * sources decide. Reads the index in pieces, so that no other request waits for a search.
 */
import { PostgresAdapter, sql } from 'kysely';
import type { SearchHit } from '../../contract/search.ts';
import { growthIn } from '../../core/changed-lines.ts';
import type { PromptName } from '../../core/name.ts';
import { foldText } from '../../core/search-text.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { WorkerTasks } from '../http/work.ts';
import { oneATurn } from '../prompts/one-a-turn.ts';
import { readVersion } from '../prompts/version-rows.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import type { VersionChangesTable } from '../store/tables.ts';
import type { Asker } from '../workers/worker-pool.ts';

export interface Search {
  readonly text: string;
  readonly prompt: PromptName | undefined;
  readonly matchCase: boolean;
  /** Only versions before this event. */
  readonly before: number;
  readonly limit: number;
}

export interface SearchParts {
  readonly store: Pick<Store, 'read'>;
  readonly work: Pick<WorkerTasks, 'textChange'>;
  readonly asker: () => Asker;
  /** Returns true if the caller may read a version. */
  readonly mayRead: (prompt: PromptName, version: VersionNumber) => Promise<boolean>;
  readonly signal: AbortSignal;
}

export interface SearchHits {
  readonly hits: readonly SearchHit[];
  /** The position to continue from; undefined if there is no more. */
  readonly next: number | undefined;
}

export interface SearchPageLimits {
  /** The time after which the caller gets the position to continue from, in ms. */
  readonly milliseconds: number;
  /** The bytes of sources to compare for one page. */
  readonly bytes: number;
}

const LIMITS: SearchPageLimits = { milliseconds: 2_000, bytes: 8 * 1024 * 1024 };
/** Limits of one read of the index; the first one reached applies. */
const PIECE = { rows: 1000, characters: 256 * 1024 };

/** Newest first. Includes a version if the caller may read it and the one before. @throws the reason of `signal` */
export async function searchVersions(
  { store, work, asker, mayRead, signal }: SearchParts,
  { text, prompt, matchCase, before, limit }: Search,
  limits: SearchPageLimits = LIMITS,
): Promise<SearchHits> {
  const folded = foldText(text);
  const end = performance.now() + limits.milliseconds;
  const hits: SearchHit[] = [];
  let bytes = 0;
  let place = before;
  for (;;) {
    await oneATurn();
    signal.throwIfAborted();
    const piece = await store.read(snapshot => readPiece(snapshot, folded, prompt, place));
    if (piece === undefined) return { hits, next: undefined };
    for (const { seq, changes, ...row } of piece.rows) {
      // If case matters, the number of occurrences may be unchanged although the case is.
      if (!matchCase && growthIn(changes, folded) === 0) continue;
      await oneATurn();
      signal.throwIfAborted();
      const isLate = performance.now() > end;
      if (isLate && place !== before) return { hits, next: place };
      // Checked before reporting that there is more, so that nobody learns that a draft has the text.
      const isReadable = await mayReadPair(row, mayRead);
      const isFull = hits.length >= limit || bytes > limits.bytes;
      if (isReadable && isFull && place !== before) return { hits, next: place };
      place = seq;
      if (!isReadable) continue;
      const { version, source, previous } = await readPair(store, row);
      bytes += source.length + (previous?.length ?? 0);
      const change = await work.textChange({ before: previous, after: source, text, matchCase }, asker());
      if (change !== undefined) hits.push({ ...change, version });
    }
    place = piece.from;
    if (performance.now() > end) return { hits, next: place };
  }
}

interface Piece {
  /** The versions with the text in their changes, newest first. */
  readonly rows: readonly Pick<VersionChangesTable, 'seq' | 'prompt' | 'version' | 'changes'>[];
  /** The seq of the oldest version that was searched. */
  readonly from: number;
}

/** Undefined if there is nothing before `place`. */
async function readPiece(
  snapshot: ReadSnapshot,
  folded: string,
  prompt: PromptName | undefined,
  place: number,
): Promise<Piece | undefined> {
  const some = snapshot.selectFrom('version_changes').where('seq', '<', place);
  const asked = prompt === undefined ? some : some.where('prompt', '=', prompt);
  const sizes = await asked.select(['seq', 'characters']).orderBy('seq', 'desc').limit(PIECE.rows).execute();
  let characters = 0;
  let from: number | undefined;
  for (const size of sizes) {
    characters += Number(size.characters);
    if (from !== undefined && characters > PIECE.characters) break;
    from = Number(size.seq);
  }
  if (from === undefined) return undefined;
  const { adapter } = snapshot.getExecutor();
  const isIn = sql<boolean>`${sql.raw(adapter instanceof PostgresAdapter ? 'strpos' : 'instr')}(changes, ${folded}) > 0`;
  const rows = await asked
    .select(['seq', 'prompt', 'version', 'changes'])
    .where('seq', '>=', from)
    .where(isIn)
    .orderBy('seq', 'desc')
    .execute();
  return { rows, from };
}

type Place = Pick<VersionChangesTable, 'prompt' | 'version'>;

/** Returns true if the caller may read a version and the one before it, if there is one. */
async function mayReadPair({ prompt, version }: Place, mayRead: SearchParts['mayRead']): Promise<boolean> {
  const previous = previousOf(version);
  return (await mayRead(prompt, version)) && (previous === undefined || (await mayRead(prompt, previous)));
}

function readPair(store: Pick<Store, 'read'>, { prompt, version }: Place) {
  const previous = previousOf(version);
  return store.read(async snapshot => {
    const { source, ...summary } = await readVersion(snapshot, prompt, version);
    const before = previous && (await readVersion(snapshot, prompt, previous));
    return { version: summary, source, previous: before?.source };
  });
}

function previousOf(version: VersionNumber): VersionNumber | undefined {
  return version > 1 ? ((version - 1) as VersionNumber) : undefined;
}
