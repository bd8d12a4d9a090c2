/**
 * Names frequent statements, so that the database parses and plans them once per connection: otherwise that is a third
 * of its work for a publication. Similar to JDBC's driver (prepareThreshold, preparedStatementCacheQueries).
 */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** After so many executions, a statement counts as frequent. */
const OFTEN = 5;
/** Each connection keeps named statements until it ends, so their number is limited. */
const MOST = 256;
/**
 * The total length of all named statements: for each character, a plan takes up to 200 bytes of the database's memory
 * on each connection, and a statement combined from several writes has some ten thousand.
 */
const MOST_CHARACTERS = 256 * 1024;
/** The number of statements whose executions are counted: combinations of several writes have thousands of variants. */
const COUNTED = 1000;
const COUNTED_CHARACTERS = 4 * 1024 * 1024;

export interface StatementNames {
  /** Counts an execution. @returns the statement's name; undefined if it has none */
  nameOf(sql: string): string | undefined;
  /** Uses new names from now on, because the prepared statements are outdated. */
  renew(): void;
  /** Uses no names from now on, because the database does not keep the statements prepared here. */
  stop(): void;
}

export function statementNames(): StatementNames {
  const counts = new LRUCache<string, number>({
    max: COUNTED,
    maxSize: COUNTED_CHARACTERS,
    sizeCalculation: (_, sql) => Math.max(1, sql.length),
  });
  const names = new Map<string, string>();
  let characters = 0;
  let generation = 1;
  let stopped = false;

  function clear(): void {
    names.clear();
    characters = 0;
  }
  return {
    nameOf(sql) {
      const known = names.get(sql);
      if (known !== undefined || stopped) return known;
      if (names.size >= MOST || characters + sql.length > MOST_CHARACTERS) return undefined;
      const count = (counts.get(sql) ?? 0) + 1;
      counts.set(sql, count);
      if (count < OFTEN) return undefined;
      counts.delete(sql);
      const name = `promptforge_${generation}_${digest(sql)}`;
      names.set(sql, name);
      characters += sql.length;
      return name;
    },
    renew() {
      generation++;
      clear();
    },
    stop() {
      stopped = true;
      clear();
    },
  };
}

/** Names depend on the statement, so that processes that share a connection through a pooler never confuse them. */
function digest(sql: string): string {
  return hash('sha256', sql).slice(0, 32);
}
