/**
 * Executes several writing statements that do not depend on one another: as one statement, in one round trip, if the
 * database is on a server; otherwise one after the other.
 */
import { CompiledQuery, PostgresAdapter } from 'kysely';
import { numberedOn } from './one-statement.ts';
import { forgetAhead } from './read-ahead.ts';
import type { WriteTransaction } from './store.ts';

/** The statements must return nothing. References between their rows are checked when all are done. */
export async function together(
  transaction: WriteTransaction,
  statements: readonly CompiledQuery[],
): Promise<void> {
  forgetAhead(transaction);
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

/** All but the last as data-modifying `WITH` queries (https://www.postgresql.org/docs/current/queries-with.html). */
function inOne(statements: readonly string[]): string {
  const numbered = numberedOn(statements);
  const first = numbered.slice(0, -1).map((sql, index) => `one_${index} AS (${sql})`);
  return `WITH ${first.join(', ')} ${numbered.at(-1)}`;
}
