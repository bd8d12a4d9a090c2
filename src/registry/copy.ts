/** Copies a registry to another place, with any engine on either side: the same events, hashes, versions and keys. */
import { CHAIN_START, type ChainHead, validateNextEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { verifyRegistry } from './proof/verification.ts';
import { eventOfRow } from './store/event-row.ts';
import { logHead } from './store/log.ts';
import type { ReadSnapshot, Store, WriteTransaction } from './store/store.ts';
import type { EventsTable, Tables } from './store/tables.ts';

/** The search index is rebuilt on demand. */
type Copied = Exclude<keyof Tables, 'schema_versions' | 'version_changes'>;

/** Every table with the columns that order its rows; a table follows those that it refers to. */
export const TABLES: { readonly [Table in Copied]: readonly (keyof Tables[Table] & string)[] } = {
  events: ['seq'],
  versions: ['seq'],
  prompts: ['name'],
  environments: ['position'],
  promotions: ['id'],
  pointers: ['prompt', 'environment', 'channel'],
  approvals: ['seq'],
  comments: ['id'],
  keys: ['seq'],
  webhooks: ['seq'],
  webhook_deliveries: ['webhook', 'seq'],
  idempotency: ['owner', 'idempotency_key'],
};

/** Limits of one statement; the first one reached applies. */
const BATCH = { rows: 250, characters: 1024 * 1024 } as const;

/**
 * Copies the current contents of `from` to `to`, in one transaction: all or nothing. Then reads the copy back and
 * verifies it: the chain, and every derived table.
 * @throws Problem `invalid_request` if `to` is not empty, or cannot store a text of `from`; DataFolderProblem
 * `chain_broken` if either log is broken
 * @returns the end of the log, in both
 */
export async function copyRegistry(from: Store, to: Store): Promise<ChainHead> {
  const copied = await from.read(source =>
    to.write(async target => {
      await checkEmpty(target);
      for (const table of Object.keys(TABLES) as Copied[])
        await explained(table, () => copyTable(source, target, table));
      return logHead(source);
    }),
  );
  const arrived = await verifyRegistry(to);
  if (arrived.seq !== copied.seq || arrived.hash !== copied.hash)
    throw new Error(`The copy ends with event ${arrived.seq} (${arrived.hash}), not with ${copied.seq}.`);
  return arrived;
}

async function checkEmpty(target: ReadSnapshot): Promise<void> {
  const { seq } = await logHead(target);
  if (seq === 0) return;
  throw new Problem(
    'invalid_request',
    `The place to copy to holds a registry already, with ${seq} events. Nothing was copied; choose an empty one.`,
  );
}

async function copyTable(source: ReadSnapshot, target: WriteTransaction, table: Copied): Promise<void> {
  let inOrder = source.selectFrom(table).selectAll();
  for (const column of TABLES[table]) inOrder = inOrder.orderBy(column as never);
  let batch: object[] = [];
  let characters = 0;
  let head: ChainHead = CHAIN_START;
  // One statement runs while the next is gathered, so that neither side waits longer than necessary.
  let written: Promise<unknown> = Promise.resolve();
  const write = async () => {
    await written;
    if (batch.length === 0) return;
    written = target
      .insertInto(table)
      .values(batch as never)
      .execute();
    // The next statement reports a failure; until then it must not count as unhandled.
    written.catch(() => {});
    batch = [];
    characters = 0;
  };
  try {
    for await (const row of inOrder.stream(BATCH.rows)) {
      if (table === 'events') head = continued(row as EventsTable, head);
      batch.push(row);
      for (const value of Object.values(row)) characters += typeof value === 'string' ? value.length : 8;
      if (batch.length >= BATCH.rows || characters >= BATCH.characters) await write();
    }
    await write();
    await written;
  } finally {
    // The transaction is not used after this.
    await Promise.allSettled([written]);
  }
}

/** A fresh copy must not make a broken log look valid. */
function continued(row: EventsTable, head: ChainHead): ChainHead {
  const why = validateNextEvent(eventOfRow(row), head);
  if (why === undefined) return row;
  throw new Problem(
    'invalid_request',
    `The log of the registry to copy is broken: ${why} Nothing was copied; restore it from a backup first.`,
  );
}

/** PostgreSQL cannot store U+0000, which an older PromptForge accepted in messages. */
async function explained<T>(table: Copied, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code !== UNTRANSLATABLE) throw cause;
    throw new Problem(
      'invalid_request',
      `A text of the table ${table} has the character U+0000, which PostgreSQL cannot hold. Nothing was copied; this registry can only be kept in a data folder.`,
      {},
      { cause },
    );
  }
}

/** SQLSTATE character_not_in_repertoire. */
const UNTRANSLATABLE = '22021';
