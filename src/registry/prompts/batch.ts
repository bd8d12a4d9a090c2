/**
 * Many versions in one answer, which is bounded and never in memory as a whole: first it is decided which versions it
 * holds, by their sizes, then each is read when its turn comes and written in pieces.
 */
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { MAX_BATCH_BYTES } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import { parseVersionReference, type VersionNumber } from '../../core/version.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { Snapshot, Store } from '../store/store.ts';
import { SUMMARY_COLUMNS, versionSummary } from './version-rows.ts';

interface Wanted {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
}

export interface BatchPlan {
  /** In the order asked for. */
  readonly found: readonly Wanted[];
  readonly missing: readonly string[];
  /** For which there is no room. */
  readonly remaining: readonly string[];
}

/** References looked up in one turn of the event loop: a data folder answers in the same one. */
const AT_ONCE = 25;
/** UTF-16 code units of a source that become JSON in one piece: a control character takes six bytes. */
const PIECE = 64 * 1024;

/**
 * @param mayRead a version for which it resolves to false is missing
 * @throws Problem `invalid_name`, `invalid_request` for what is no reference
 */
export async function planBatch(
  store: Pick<Store, 'read'>,
  references: readonly string[],
  mayRead: (prompt: PromptName, version: VersionNumber) => Promise<boolean>,
): Promise<BatchPlan> {
  const wanted = [...new Set(references)].map(reference => ({
    reference,
    ...parseVersionReference(reference),
  }));
  const found: Wanted[] = [];
  const missing: string[] = [];
  let bytes = 0;
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    const part = wanted.slice(start, start + AT_ONCE);
    const sizes = await store.read(async snapshot => {
      const rows: (number | undefined)[] = [];
      for (const each of part) rows.push((await selectSize(snapshot, each))[0]?.size);
      return rows;
    });
    for (const [index, { reference, prompt, version }] of part.entries()) {
      const size = sizes[index];
      if (size === undefined || !(await mayRead(prompt, version))) {
        missing.push(reference);
        continue;
      }
      bytes += Number(size);
      if (bytes > MAX_BATCH_BYTES && found.length > 0)
        return { found, missing, remaining: wanted.slice(start + index).map(each => each.reference) };
      found.push({ prompt, version });
    }
    await setImmediate();
  }
  return { found, missing, remaining: [] };
}

/** Of all that grows without a limit of its own. */
const selectSize = preparedQuery((database: Snapshot, given: Wanted) =>
  database
    .selectFrom('versions')
    .select(sql<number>`bytes + length(message) + length(partials)`.as('size'))
    .where('prompt', '=', given.prompt)
    .where('version', '=', given.version),
);

const selectVersion = preparedQuery((database: Snapshot, given: Wanted) =>
  database
    .selectFrom('versions')
    .select([...SUMMARY_COLUMNS, 'source'])
    .where('prompt', '=', given.prompt)
    .where('version', '=', given.version),
);

/** The answer as JSON: versions never change, so each may be read from a snapshot of its own. */
export async function* batchJson(
  store: Pick<Store, 'read'>,
  { found, missing, remaining }: BatchPlan,
): AsyncGenerator<string, void, undefined> {
  yield `${JSON.stringify({ missing, remaining }).slice(0, -1)},"data":[`;
  for (const [index, wanted] of found.entries()) {
    const [row] = await store.read(snapshot => selectVersion(snapshot, wanted));
    if (row === undefined) throw new Error(`Version ${wanted.version} of ${wanted.prompt} is gone.`);
    const { partials: _, ...summary } = versionSummary({ ...row, partials: '{}' });
    yield `${index === 0 ? '' : ','}${JSON.stringify(summary).slice(0, -1)},"partials":`;
    // As it is stored, it is JSON already.
    yield row.partials;
    yield ',"source":"';
    yield* jsonText(row.source);
    yield '"}';
  }
  yield ']}';
}

/** What stands between the quotes, in pieces; each is made in a turn of its own. */
export async function* jsonText(text: string): AsyncGenerator<string, void, undefined> {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + PIECE, text.length);
    // Both halves of a character go together.
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end += 1;
    yield JSON.stringify(text.slice(start, end)).slice(1, -1);
    start = end;
    await setImmediate();
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
