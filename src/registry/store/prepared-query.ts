/**
 * Compiles a frequent query once: Kysely takes longer to build it than SQLite to run it. Kysely still checks its types
 * and writes the SQL of each engine.
 */
import type { Compilable, CompiledQuery } from 'kysely';
import { takeAhead } from './read-ahead.ts';
import type { ReadSnapshot } from './store.ts';

export interface PreparedQuery<Given extends object, Row> {
  /** Runs the query. */
  (database: ReadSnapshot, given: Given): Promise<Row[]>;
  /** The query as it would be run. */
  compiled(database: ReadSnapshot, given: Given): CompiledQuery<Row>;
}

/** A placeholder for the value of this name. */
class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * @param build called once per engine, with a placeholder for each value: it may refer to them (`given.seq`), but
 * neither inspect nor spread them
 */
export function preparedQuery<Given extends object, Row>(
  build: (database: ReadSnapshot, given: Given) => Compilable<Row>,
): PreparedQuery<Given, Row> {
  const known = new WeakMap<object, CompiledQuery>();
  const stands = new Proxy({}, { get: (_, name) => new Place(String(name)) }) as Given;

  function compiled(database: ReadSnapshot, given: Given): CompiledQuery<Row> {
    // The same object in all transactions of an engine.
    const { adapter } = database.getExecutor();
    const query = known.get(adapter) ?? build(database, stands).compile();
    known.set(adapter, query);
    const values = given as Readonly<Record<string, unknown>>;
    const parameters = query.parameters.map(each => (each instanceof Place ? values[each.name] : each));
    return { ...query, parameters } as CompiledQuery<Row>;
  }

  const ask = async (database: ReadSnapshot, given: Given): Promise<Row[]> => {
    const query = compiled(database, given);
    const known = takeAhead(database, query);
    if (known !== undefined) return known;
    const rowsOf = atOnce.get(database);
    return rowsOf === undefined ? (await database.executeQuery(query)).rows : rowsOf(query);
  };
  return Object.assign(ask, { compiled });
}

/** Runs a query on the connection itself, synchronously. @throws as the driver does */
export type RowsOf = <Row>(query: CompiledQuery<Row>) => Row[];

const atOnce = new WeakMap<ReadSnapshot, RowsOf>();

/**
 * Runs the prepared queries of this snapshot with `rowsOf` until `work` is done: SQLite answers most of them in less
 * time than Kysely takes to pass them on.
 */
export async function askedAtOnce<T>(
  snapshot: ReadSnapshot,
  rowsOf: RowsOf,
  work: () => Promise<T>,
): Promise<T> {
  atOnce.set(snapshot, rowsOf);
  try {
    return await work();
  } finally {
    atOnce.delete(snapshot);
  }
}
