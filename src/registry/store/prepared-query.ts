/**
 * A query that is asked all day, put into SQL once: to build it anew each time takes Kysely longer than SQLite takes to
 * do it. The schema is still Kysely's, and so are the two engines' ways to write it.
 */
import type { Compilable, CompiledQuery } from 'kysely';
import type { Snapshot } from './store.ts';

/** Where a value of this name goes. */
class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

interface Prepared {
  readonly query: CompiledQuery;
  /** For each parameter the name of what is given, or itself where it is always the same. */
  readonly places: readonly unknown[];
}

/**
 * @param build is called once an engine, with something that stands for each value, so it may name them (`given.seq`)
 * and nothing else: neither look at one nor spread them
 * @returns what asks it, and gives its rows
 */
export function preparedQuery<Given extends object, Row>(
  build: (database: Snapshot, given: Given) => Compilable<Row>,
): (database: Snapshot, given: Given) => Promise<Row[]> {
  const prepared = new WeakMap<object, Prepared>();
  const stands = new Proxy({}, { get: (_, name) => new Place(String(name)) }) as Given;

  return async (database, given) => {
    // One for each engine, whatever transaction it is asked in.
    const { adapter } = database.getExecutor();
    let known = prepared.get(adapter);
    if (known === undefined) {
      const query = build(database, stands).compile();
      known = { query, places: query.parameters };
      prepared.set(adapter, known);
    }
    const values = given as Readonly<Record<string, unknown>>;
    const parameters = known.places.map(each => (each instanceof Place ? values[each.name] : each));
    const { rows } = await database.executeQuery({ ...known.query, parameters });
    return rows as Row[];
  };
}
