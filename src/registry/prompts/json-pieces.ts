/** Encodes long texts as JSON in pieces, so that no response is in memory as a whole and none blocks the thread. */
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Store } from '../store/store.ts';
import { oneATurn } from './one-a-turn.ts';
import { readVersion } from './version-rows.ts';

/**
 * UTF-16 code units of a source per piece. A control character takes six bytes; a piece is small enough to be
 * garbage-collected soon, and takes less than a millisecond.
 */
const PIECE = 16 * 1024;

/** The text between the quotes, in pieces, one per turn of the event loop. */
export async function* jsonText(text: string): AsyncGenerator<string, void, undefined> {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + PIECE, text.length);
    // Keeps both halves of a surrogate pair together.
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end += 1;
    yield JSON.stringify(text.slice(start, end)).slice(1, -1);
    start = end;
    await oneATurn();
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** A version as JSON. It is read only when its turn comes. */
export async function* versionJson(
  store: Pick<Store, 'read'>,
  name: PromptName,
  version: VersionNumber,
): AsyncGenerator<string, void, undefined> {
  const { source, ...summary } = await store.read(snapshot => readVersion(snapshot, name, version));
  yield `${JSON.stringify(summary).slice(0, -1)},"source":"`;
  yield* jsonText(source);
  yield '"}';
}
