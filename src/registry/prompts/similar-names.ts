/** Finds names in a registry that could be confused with another name, using indexes. */
import { type RawBuilder, sql } from 'kysely';
import { foldersAbove, type PromptName } from '../../core/name.ts';
import { closestCaseClash, foldCase, partialSegment, whyNoFolder, whyTaken } from '../../core/name-case.ts';
import { Problem } from '../../core/problem.ts';
import type { ReadSnapshot } from '../store/store.ts';

/** The expression in the index `prompts_by_folded_name`. */
const FOLDED = sql<string>`lower(name)`;
/** The expression in the index `prompts_by_last_segment`: the text after the last slash. */
const LAST_SEGMENT = sql<string>`lower(substr(name, length(rtrim(name, replace(name, '/', ''))) + 1))`;
/** The maximum number of partials with the same last segment to look at. */
const MOST = 8;

/**
 * Includes archived prompts, which can be restored. Looks at one prompt per folder, because all spell it alike.
 * @throws Problem `name_taken` when a new prompt, or one of its folders, would differ only by case from an existing
 * one; `invalid_name` when one of its folders has the name of a file
 */
export async function checkNameFree(snapshot: ReadSnapshot, name: PromptName): Promise<void> {
  const why = whyNoFolder(name);
  if (why !== undefined) throw new Problem('invalid_name', why);
  const existing = await namesOf(snapshot, [
    sql`SELECT name FROM prompts WHERE ${FOLDED} = ${foldCase(name)}`,
    ...foldersAbove(name).map(folder => onePromptIn(foldCase(folder))),
  ]);
  const clash = closestCaseClash(name, existing);
  if (clash === undefined) return;
  throw new Problem('name_taken', whyTaken(name, clash), { existing: clash.existing });
}

/** `0` is the character after `/`. */
function onePromptIn(folder: string): RawBuilder<unknown> {
  return sql`SELECT name FROM prompts
    WHERE ${FOLDED} >= ${`${folder}/`} AND ${FOLDED} < ${`${folder}0`} ORDER BY ${FOLDED} LIMIT 1`;
}

/**
 * Suggestions for names that were not found: prompts that differ from one only by case, in order, then partials with
 * the last segment of `asked` in any folder. Bounded, however many there are.
 */
export async function similarPrompts(
  snapshot: ReadSnapshot,
  names: readonly PromptName[],
  asked: string,
  { archived }: { readonly archived: boolean },
): Promise<PromptName[]> {
  const offered = archived ? sql`` : sql`AND archived = 0`;
  const found = await namesOf(snapshot, [
    ...names.map(name => sql`SELECT name FROM prompts WHERE ${FOLDED} = ${foldCase(name)} ${offered}`),
    sql`SELECT name FROM prompts
      WHERE ${LAST_SEGMENT} = ${partialSegment(asked)} AND archived = 0 ORDER BY name LIMIT ${MOST}`,
  ]);
  return [...new Set(found)].filter(name => !names.includes(name));
}

/** The prompt whose name differs from `name` only by case, including archived ones. */
export async function namedInOtherCase(
  snapshot: ReadSnapshot,
  name: PromptName,
): Promise<PromptName | undefined> {
  const found = await namesOf(snapshot, [sql`SELECT name FROM prompts WHERE ${FOLDED} = ${foldCase(name)}`]);
  return found.find(each => each !== name);
}

/** The findings of each part, in the order of the parts. */
async function namesOf(snapshot: ReadSnapshot, parts: readonly RawBuilder<unknown>[]): Promise<PromptName[]> {
  const ranked = parts.map(
    (part, index) =>
      sql`SELECT name, ${sql.lit(index)} AS part FROM (${part}) AS ${sql.ref(`part_${index}`)}`,
  );
  const { rows } = await sql<{ readonly name: PromptName }>`
    SELECT name FROM (${sql.join(ranked, sql` UNION ALL `)}) AS found ORDER BY part, name`.execute(snapshot);
  return rows.map(({ name }) => name);
}
