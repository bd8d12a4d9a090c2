/**
 * Names for statements that are asked all day: the database parses and plans a named one once for each connection, which
 * is a third of its work for a publication. As JDBC's driver does it (prepareThreshold, preparedStatementCacheQueries).
 */
import { LRUCache } from 'lru-cache';

/** A statement that was asked so many times will be asked again. */
const OFTEN = 5;
/** Each connection keeps what has a name until it ends, so no more than these get one. */
const MOST = 256;
/** Statements that are counted; what is put together of the parts of several writes may be any of thousands. */
const COUNTED = 1000;

export interface StatementNames {
  /** Counts it. @returns its name; undefined where it has none */
  nameOf(sql: string): string | undefined;
  /** Gives other names from now on: what the database keeps for these is out of date. */
  renew(): void;
}

export function statementNames(): StatementNames {
  const counts = new LRUCache<string, number>({ max: COUNTED });
  const names = new Map<string, string>();
  let given = 0;
  return {
    nameOf(sql) {
      const known = names.get(sql);
      if (known !== undefined || names.size >= MOST) return known;
      const count = (counts.get(sql) ?? 0) + 1;
      counts.set(sql, count);
      if (count < OFTEN) return undefined;
      counts.delete(sql);
      const name = `promptforge_${++given}`;
      names.set(sql, name);
      return name;
    },
    renew() {
      names.clear();
    },
  };
}
