/**
 * A query that is asked all day, put into SQL once: to build it anew each time takes Kysely longer than SQLite takes to
 * do it. The schema is still Kysely's, and so are the two engines' ways to write it.
 */
import type { Compilable, CompiledQuery } from 'kysely';
import { takeAhead } from './read-ahead.ts';
import type { ReadSnapshot } from './store.ts';

export interface PreparedQuery<Given extends object, Row> {
  /** Asks it. */
  (database: ReadSnapshot, given: Given): Promise<Row[]>;
  /** As it would be asked. */
  compiled(database: ReadSnapshot, given: Given): CompiledQuery<Row>;
}

/** Where a value of this name goes. */
class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * @param build is called once an engine, with something that stands for each value, so it may name them (`given.seq`)
 * and nothing else: neither look at one nor spread them
 */
export function preparedQuery<Given extends object, Row>(
  build: (database: ReadSnapshot, given: Given) => Compilable<Row>,
): PreparedQuery<Given, Row> {
  const known = new WeakMap<object, CompiledQuery>();
  const stands = new Proxy({}, { get: (_, name) => new Place(String(name)) }) as Given;

  function compiled(database: ReadSnapshot, given: Given): CompiledQuery<Row> {
    // One for each engine, whatever transaction it is asked in.
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

/** Asks the connection itself. @throws as that does */
export type RowsOf = <Row>(query: CompiledQuery<Row>) => Row[];

const atOnce = new WeakMap<ReadSnapshot, RowsOf>();

/**
 * Has prepared queries of this snapshot asked by `rowsOf` until `work` is done: a database that answers at once, as
 * SQLite does, takes less time for most of them than Kysely takes to hand them over.
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
