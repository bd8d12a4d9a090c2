/**
 * Names for statements that are asked all day: the database parses and plans a named one once for each connection, which
 * is a third of its work for a publication. As JDBC's driver does it (prepareThreshold, preparedStatementCacheQueries).
 */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** A statement that was asked so many times will be asked again. */
const OFTEN = 5;
/** Each connection keeps what has a name until it ends, so no more than these get one. */
const MOST = 256;
/**
 * Characters of all that have one: a plan takes up to 200 bytes of the database's memory for each, on each connection,
 * and what several writes need together has some ten thousand.
 */
const MOST_CHARACTERS = 256 * 1024;
/** Statements that are counted; what is put together of the parts of several writes may be any of thousands. */
const COUNTED = 1000;
const COUNTED_CHARACTERS = 4 * 1024 * 1024;

export interface StatementNames {
  /** Counts it. @returns its name; undefined where it has none */
  nameOf(sql: string): string | undefined;
  /** Gives other names from now on: what the database keeps for these is out of date. */
  renew(): void;
  /** Gives none from now on: what the database was told of is not what it keeps. */
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

/** A name never means another statement, even where a pooler shares a connection with another process. */
function digest(sql: string): string {
  return hash('sha256', sql).slice(0, 32);
}
