/** What somebody who may change every table of a database can do to a log, as SQL. */

import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { chainEvent, type RegistryEvent } from '../../src/core/event.ts';
import { DATABASE_FILE } from '../../src/registry/data-folder.ts';
import { eventOfRow } from '../../src/registry/store/event-row.ts';
import type { EventsTable } from '../../src/registry/store/tables.ts';

/** Statements one after the other, on one connection, with triggers and references off. */
export type Sql = (
  statements: readonly (readonly [text: string, ...parameters: readonly (string | number | null)[]])[],
) => Promise<readonly Record<string, unknown>[]>;

/** The database of a data folder, whose parameters are `?`. */
export function sqlOfFolder(folder: string): Sql {
  return async statements => {
    const database = new DatabaseSync(join(folder, DATABASE_FILE));
    try {
      database.exec('PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = OFF');
      for (const trigger of ['events_no_update', 'events_no_delete', 'versions_no_delete'])
        database.exec(`DROP TRIGGER IF EXISTS ${trigger}`);
      let rows: readonly Record<string, unknown>[] = [];
      database.exec('BEGIN IMMEDIATE');
      for (const [text, ...parameters] of statements)
        rows = database.prepare(text.replace(/\$\d/g, '?')).all(...(parameters as SQLInputValue[]));
      database.exec('COMMIT');
      return rows;
    } finally {
      database.close();
    }
  };
}

export const TAMPERING: Readonly<Record<string, (sql: Sql) => Promise<void>>> = {
  'has lost its last event': async sql => {
    await sql([['DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)']]);
  },
  'has lost its last events and got others': async sql => {
    const events = await eventsIn(sql);
    await sql(rechained(events, ({ seq }) => (seq > events.length - 3 ? { actor: 'mallory' } : {})));
  },
  'was rewritten with all its hashes': async sql => {
    await sql(rechained(await eventsIn(sql), ({ seq }) => (seq === 2 ? { actor: 'mallory' } : {})));
  },
  'is another, of the same length': async sql => {
    await sql(rechained(await eventsIn(sql), () => ({ key: 'another' })));
  },
  'has lost all its events': async sql => {
    await sql([['DELETE FROM events']]);
  },
};

/** Changes events and makes every hash after that fit again. */
function rechained(events: readonly RegistryEvent[], change: (event: RegistryEvent) => object) {
  let last: RegistryEvent | null = null;
  return events.map(event => {
    const { seq: _, previousHash: __, hash: ___, at, ...body } = event;
    last = chainEvent({ ...body, ...change(event) } as never, last, at);
    return updateOf(last);
  });
}

async function eventsIn(sql: Sql): Promise<RegistryEvent[]> {
  const rows = await sql([['SELECT * FROM events ORDER BY seq']]);
  return rows.map(row => eventOfRow(row as unknown as EventsTable));
}

function updateOf({ seq, actor, key, previousHash, hash }: RegistryEvent) {
  return [
    'UPDATE events SET actor = $1, key = $2, previous_hash = $3, hash = $4 WHERE seq = $5',
    ...[actor, key, previousHash, hash, seq],
  ] as const;
}
