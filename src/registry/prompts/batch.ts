/**
 * Many versions in one response, which is bounded and never in memory as a whole: first selects the versions by their
 * sizes, then reads and writes each in pieces.
 */
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { MAX_BATCH_BYTES } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import { parseVersionReference, type VersionNumber } from '../../core/version.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import { jsonText } from './json-pieces.ts';
import { SUMMARY_COLUMNS, versionSummary } from './version-rows.ts';

interface Wanted {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
}

interface Found extends Wanted {
  /** The size of its source, message, partials and origin. */
  readonly size: number;
}

export interface BatchPlan {
  /** In the requested order. */
  readonly found: readonly Found[];
  readonly missing: readonly string[];
  /** References for which there is no room. */
  readonly remaining: readonly string[];
}

/** References to look up per turn of the event loop, because a data folder answers in the same turn. */
const AT_ONCE = 25;
/** Bytes of small versions that become JSON in one piece. */
const TOGETHER = 64 * 1024;
/** The longest source that is written in one piece, in UTF-16 code units. */
const SMALL = 16 * 1024;

/**
 * @param mayRead a version for which it resolves to false is missing
 * @throws Problem `invalid_name`, `invalid_request` for an invalid reference
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
  const found: Found[] = [];
  const missing: string[] = [];
  let bytes = 0;
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    const part = wanted.slice(start, start + AT_ONCE);
    const sizes = await store.read(async snapshot => {
      const rows: (number | undefined)[] = [];
      for (const each of part) {
        const [row] = await selectSize(snapshot, each);
        rows.push(row && Number(row.size));
      }
      return rows;
    });
    for (const [index, { reference, prompt, version }] of part.entries()) {
      const size = sizes[index];
      if (size === undefined || !(await mayRead(prompt, version))) {
        missing.push(reference);
        continue;
      }
      bytes += size;
      if (bytes > MAX_BATCH_BYTES && found.length > 0)
        return { found, missing, remaining: wanted.slice(start + index).map(each => each.reference) };
      found.push({ prompt, version, size });
    }
    await setImmediate();
  }
  return { found, missing, remaining: [] };
}

/** The size of everything without a fixed limit. */
const selectSize = preparedQuery((database: ReadSnapshot, given: Wanted) =>
  database
    .selectFrom('versions')
    .select(sql<number>`bytes + length(message) + length(partials) + coalesce(length(origin), 0)`.as('size'))
    .where('prompt', '=', given.prompt)
    .where('version', '=', given.version),
);

const selectVersion = preparedQuery((database: ReadSnapshot, given: Wanted) =>
  database
    .selectFrom('versions')
    .select([...SUMMARY_COLUMNS, 'source'])
    .where('prompt', '=', given.prompt)
    .where('version', '=', given.version),
);

/**
 * The response as JSON. Versions never change, so each may be read from its own snapshot. Small ones share a snapshot
 * and a piece, because each piece has a cost in the streams.
 */
export async function* batchJson(
  store: Pick<Store, 'read'>,
  { found, missing, remaining }: BatchPlan,
): AsyncGenerator<string, void, undefined> {
  let text = `${JSON.stringify({ missing, remaining }).slice(0, -1)},"data":[`;
  let between = '';
  for (const part of partsOf(found)) {
    const rows = await store.read(async snapshot => {
      const read: Awaited<ReturnType<typeof selectVersion>> = [];
      for (const wanted of part) read.push(...(await selectVersion(snapshot, wanted)));
      return read;
    });
    if (rows.length < part.length) throw new Error('A version that was found is gone.');
    for (const row of rows) {
      const { partials: _, ...summary } = versionSummary({ ...row, partials: '{}' });
      // Stored partials are already JSON.
      text += `${between}${JSON.stringify(summary).slice(0, -1)},"partials":${row.partials},"source":"`;
      between = ',';
      if (row.source.length <= SMALL) text += JSON.stringify(row.source).slice(1, -1);
      else {
        yield text;
        yield* jsonText(row.source);
        text = '';
      }
      text += '"}';
    }
    yield text;
    text = '';
    await setImmediate();
  }
  yield `${text}]}`;
}

/** Groups versions that make one piece. */
function partsOf(found: readonly Found[]): Found[][] {
  const parts: Found[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const version of found) {
    size += version.size;
    const last = parts.at(-1);
    if (last !== undefined && size <= TOGETHER) last.push(version);
    else {
      parts.push([version]);
      size = version.size;
    }
  }
  return parts;
}
