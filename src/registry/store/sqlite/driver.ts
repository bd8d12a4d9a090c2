/** One `node:sqlite` connection as a Kysely driver. Kysely itself gives it to one caller at a time. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  InsertQueryNode,
  type QueryResult,
  type RootOperationNode,
  UpdateQueryNode,
} from 'kysely';

/** The number of prepared statements to keep; the registry has fewer distinct ones. */
const MAX_STATEMENTS = 300;

export class NodeSqliteDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #connection: NodeSqliteConnection;
  readonly #begin: () => Promise<void>;

  constructor(database: DatabaseSync, connection: NodeSqliteConnection, begin: () => Promise<void>) {
    this.#database = database;
    this.#connection = connection;
    this.#begin = begin;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    await this.#begin();
  }

  async commitTransaction(): Promise<void> {
    this.#database.exec('COMMIT');
  }

  async rollbackTransaction(): Promise<void> {
    // SQLite has already rolled back after some errors, such as a full disk.
    try {
      this.#database.exec('ROLLBACK');
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error;
    }
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#connection.forgetStatements();
    this.#database.close();
  }
}

export class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async executeQuery<Row>(compiled: CompiledQuery): Promise<QueryResult<Row>> {
    if (!onlyWrites(compiled.query)) return { rows: this.rowsOf(compiled as CompiledQuery<Row>) };
    const { statement } = this.#prepare(compiled.sql);
    const { changes } = statement.run(...(compiled.parameters as SQLInputValue[]));
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  /** The rows of a query that reads. */
  rowsOf<Row>({ sql, parameters }: CompiledQuery<Row>): Row[] {
    const { statement, columns } = this.#prepare(sql);
    return statement.all(...(parameters as SQLInputValue[])).map(row => rowOf<Row>(row, columns));
  }

  async *streamQuery<Row>(compiled: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    // A separate statement, because a kept one may be run again before this iteration ends.
    const { statement, columns } = prepare(this.#database, compiled.sql);
    for (const row of statement.iterate(...(compiled.parameters as SQLInputValue[])))
      yield { rows: [rowOf<Row>(row, columns)] };
  }

  forgetStatements(): void {
    this.#statements.clear();
  }

  #prepare(sql: string): Prepared {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    const prepared = prepare(this.#database, sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

interface Prepared {
  readonly statement: StatementSync;
  /** The names of the columns if the statement returns arrays; undefined if it returns objects. */
  readonly columns: readonly string[] | undefined;
}

/**
 * Objects of node:sqlite take twice as long as arrays, and are slow to read. Arrays are used if a statement names its
 * columns; those of `*` may differ after a change of the schema, even by another process.
 */
function prepare(database: DatabaseSync, sql: string): Prepared {
  const statement = database.prepare(sql);
  // Available since Node 22.16.
  const isAble = 'setReturnArrays' in statement && 'columns' in statement;
  if (!isAble || sql.includes('*')) return { statement, columns: undefined };
  statement.setReturnArrays(true);
  return { statement, columns: statement.columns().map(({ name }) => name) };
}

/** @param given an object, or its values in the order of `columns` */
function rowOf<Row>(given: unknown, columns: readonly string[] | undefined): Row {
  if (columns === undefined) return given as Row;
  const values = given as readonly unknown[];
  const row: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index++) row[columns[index] as string] = values[index];
  return row as Row;
}

function onlyWrites(query: RootOperationNode): boolean {
  if (InsertQueryNode.is(query) || UpdateQueryNode.is(query)) return query.returning === undefined;
  return query.kind === 'DeleteQueryNode' && query.returning === undefined;
}
