/**
 * Several statements that write, none of which looks at what another writes: one statement where the database is on a
 * server, which is waited for once then; one after the other where it is in this process.
 */
import { CompiledQuery, PostgresAdapter } from 'kysely';
import type { WriteTransaction } from './store.ts';

/** They must return nothing. What refers to what another inserts is checked when all are done. */
export async function together(
  transaction: WriteTransaction,
  statements: readonly CompiledQuery[],
): Promise<void> {
  const { adapter } = transaction.getExecutor();
  if (adapter instanceof PostgresAdapter && statements.length > 1)
    await transaction.executeQuery(
      CompiledQuery.raw(
        inOne(statements.map(({ sql }) => sql)),
        statements.flatMap(({ parameters }) => parameters),
      ),
    );
  else for (const statement of statements) await transaction.executeQuery(statement);
}

const known = new Map<string, string>();

/** All but the last as data-modifying `WITH` queries (https://www.postgresql.org/docs/current/queries-with.html). */
function inOne(statements: readonly string[]): string {
  const place = statements.join(';');
  const already = known.get(place);
  if (already !== undefined) return already;
  let before = 0;
  const numbered = statements.map(sql => {
    const from = before;
    return sql.replace(/\$(\d+)/g, (_, number: string) => {
      before = Math.max(before, from + Number(number));
      return `$${from + Number(number)}`;
    });
  });
  const first = numbered.slice(0, -1).map((sql, index) => `one_${index} AS (${sql})`);
  const made = `WITH ${first.join(', ')} ${numbered.at(-1)}`;
  known.set(place, made);
  return made;
}
