/**
 * Reads the rows that writes are known to need in one statement before they begin: one round trip to the database
 * instead of one for each query.
 */
import { CompiledQuery } from 'kysely';
import { notedIn } from './noted.ts';
import { numberedOn } from './one-statement.ts';
import type { ReadSnapshot, WriteTransaction } from './store.ts';

/** The queries that a write begins with. */
export interface ReadAhead {
  /**
   * The queries that it runs before it writes anything. Their rows are passed as JSON, so they have neither large
   * values nor types that JSON lacks.
   */
  readonly queries: (transaction: ReadSnapshot) => readonly CompiledQuery[];
  /**
   * The subjects whose rows it reads and may change, such as `prompt a/b`. A write that only publishes versions changes
   * no row that a write without a common subject reads ahead.
   */
  readonly subjects: readonly string[];
}

/** The rows of writes that share a transaction and run one after the other. */
export interface RowsAhead {
  /** Provides the rows to the queries of the write at `index` while `work` runs. */
  during<T>(index: number, work: () => Promise<T>): Promise<T>;
}

/** Rows by query. */
type Rows = Map<string, readonly unknown[]>;

const given = new WeakMap<ReadSnapshot, Rows>();

/** Reads the rows of the writes, in order. If several have the same query, the first gets its rows. */
export async function readAhead(
  transaction: WriteTransaction,
  writes: readonly (ReadAhead | undefined)[],
): Promise<RowsAhead> {
  const queries = new Map<string, { readonly query: CompiledQuery; readonly index: number }>();
  for (const [index, write] of writes.entries())
    for (const query of write?.queries(transaction) ?? []) {
      const text = textOf(query);
      if (!queries.has(text)) queries.set(text, { query, index });
    }
  const rowsOf: (Rows | undefined)[] = writes.map(() => new Map());
  if (queries.size > 1) {
    const all = [...queries.values()].map(({ query }) => query);
    const answers = await rowsOfAll(transaction, all);
    for (const [place, [text, { index }]] of [...queries].entries())
      rowsOf[index]?.set(text, answers[place] ?? []);
  }

  return {
    async during(index, work) {
      const before = notedIn(transaction).events.length;
      const rows = rowsOf[index];
      if (rows !== undefined) given.set(transaction, rows);
      try {
        return await work();
      } finally {
        given.delete(transaction);
        const changed = changedBy(writes[index], notedIn(transaction).events.slice(before));
        for (let later = index + 1; later < writes.length; later++)
          if (changed === undefined || writes[later]?.subjects.some(subject => changed.has(subject)))
            rowsOf[later] = undefined;
      }
    },
  };
}

/** The subjects whose rows a write may have changed; undefined if it may have changed all of them. */
function changedBy(
  write: ReadAhead | undefined,
  events: ReturnType<typeof notedIn>['events'],
): ReadonlySet<string> | undefined {
  const publishes = events.length > 0 && events.every(({ kind }) => kind === 'version.published');
  if (write === undefined || !publishes) return undefined;
  return new Set([...write.subjects, ...events.map(({ prompt }) => promptSubject(prompt ?? ''))]);
}

export function promptSubject(name: string): string {
  return `prompt ${name}`;
}

async function rowsOfAll(
  transaction: ReadSnapshot,
  queries: readonly CompiledQuery[],
): Promise<(readonly unknown[] | null)[]> {
  const parts = numberedOn(queries.map(({ sql }) => sql)).map(
    (sql, index) => `(SELECT json_agg(rows) FROM (${sql}) rows) AS part_${index}`,
  );
  const parameters = queries.flatMap(query => query.parameters);
  const { rows } = await transaction.executeQuery<Record<string, readonly unknown[] | null>>(
    CompiledQuery.raw(`SELECT ${parts.join(', ')}`, parameters),
  );
  return queries.map((_, index) => rows[0]?.[`part_${index}`] ?? null);
}

/** The rows of the query, once; undefined if they were not read ahead. */
export function takeAhead<Row>(snapshot: ReadSnapshot, query: CompiledQuery<Row>): Row[] | undefined {
  const known = given.get(snapshot);
  if (known === undefined) return undefined;
  const text = textOf(query);
  const rows = known.get(text);
  known.delete(text);
  return rows as Row[] | undefined;
}

/** Called before a write changes anything: from then on it queries the database. */
export function forgetAhead(transaction: ReadSnapshot): void {
  given.delete(transaction);
}

function textOf({ sql, parameters }: CompiledQuery): string {
  return `${sql} ${JSON.stringify(parameters)}`;
}
