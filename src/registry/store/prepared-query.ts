/**
 * A query that is asked all day, put into SQL once: to build it anew each time takes Kysely longer than SQLite takes to
 * do it. The schema is still Kysely's, and so are the two engines' ways to write it.
 */
import type { Compilable, CompiledQuery } from 'kysely';
import type { Snapshot } from './store.ts';

export interface PreparedQuery<Given extends object, Row> {
  /** Asks it. */
  (database: Snapshot, given: Given): Promise<Row[]>;
  /** As it would be asked. */
  compiled(database: Snapshot, given: Given): CompiledQuery<Row>;
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
  build: (database: Snapshot, given: Given) => Compilable<Row>,
): PreparedQuery<Given, Row> {
  const known = new WeakMap<object, CompiledQuery>();
  const stands = new Proxy({}, { get: (_, name) => new Place(String(name)) }) as Given;

  function compiled(database: Snapshot, given: Given): CompiledQuery<Row> {
    // One for each engine, whatever transaction it is asked in.
    const { adapter } = database.getExecutor();
    const query = known.get(adapter) ?? build(database, stands).compile();
    known.set(adapter, query);
    const values = given as Readonly<Record<string, unknown>>;
    const parameters = query.parameters.map(each => (each instanceof Place ? values[each.name] : each));
    return { ...query, parameters } as CompiledQuery<Row>;
  }

  const ask = async (database: Snapshot, given: Given): Promise<Row[]> =>
    (await database.executeQuery(compiled(database, given))).rows;
  return Object.assign(ask, { compiled });
}
