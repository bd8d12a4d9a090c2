/** Environments and their policies: reading them, and setting them with the event that records it. */
import { type CompiledQuery, PostgresAdapter, sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import { canonicalJson } from '../core/canonical.ts';
import {
  type Environment,
  type EnvironmentName,
  handlesDrafts,
  type Policy,
  parseEnvironmentName,
  policyOf,
} from '../core/environment.ts';
import { environmentNotFound } from '../core/environment-not-found.ts';
import type { RegistryEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import type { Author } from './access/caller.ts';
import { checkEnvironmentQuota } from './quotas.ts';
import { dataOf, EVENT_BESIDE, eventBeside } from './store/authentic.ts';
import { broken } from './store/broken.ts';
import { appendEvent } from './store/log.ts';
import { macsOf } from './store/macs.ts';
import { preparedQuery } from './store/prepared-query.ts';
import { forget, isRemembered, readOnce } from './store/remembered.ts';
import type { ReadSnapshot, Store, WriteTransaction } from './store/store.ts';
import type { EnvironmentsTable } from './store/tables.ts';
import { ENVIRONMENTS, keepVerifiedRow, verifiedRow } from './store/verified-rows.ts';

/** All, in promotion order. */
export async function readEnvironments(snapshot: ReadSnapshot): Promise<Environment[]> {
  return readOnce(snapshot, 'environments', async () => {
    const rows = (await readVerified(snapshot)) ?? (await readWithEvents(snapshot));
    return rows.map(({ name, policy }) => ({ name, policy: parsed(policy) }));
  });
}

/** The usual query of `readEnvironments`; none if they are known in this transaction. */
export function environmentsAhead(snapshot: ReadSnapshot): CompiledQuery[] {
  return isRemembered(snapshot, 'environments') ? [] : [selectRows.compiled(snapshot, {})];
}

/** Parsed policies by text, because every snapshot for deliveries reads them. */
const policies = new LRUCache<string, Policy>({ max: 100 });

function parsed(text: string): Policy {
  const policy = policies.get(text) ?? policyOf(JSON.parse(text));
  policies.set(text, policy);
  return policy;
}

/** Undefined if they changed since they were verified, or an event set one since. */
async function readVerified(snapshot: ReadSnapshot): Promise<readonly EnvironmentsTable[] | undefined> {
  const before = verifiedRow(snapshot, ENVIRONMENTS);
  if (before !== undefined) {
    const rows = await selectRows(snapshot, {});
    if (textOf(rows) === before) return rows;
  }
  const rows = await selectRowsAndLast(snapshot, {});
  const text = textOf(rows);
  if (verified.get(keyOf(snapshot)) !== `${rows[0]?.last} ${text}`) return undefined;
  keepVerifiedRow(snapshot, ENVIRONMENTS, text);
  return rows;
}

/** The last verified rows, with the newest event that set any; by the key of the MACs. */
const verified = new LRUCache<string, string>({ max: 10 });

function keyOf(snapshot: ReadSnapshot): string {
  return macsOf(snapshot)?.publicKey ?? '';
}

/** @throws DataFolderProblem `chain_broken` when a policy is not the one that an event set */
async function readWithEvents(snapshot: ReadSnapshot): Promise<EnvironmentsTable[]> {
  const rows = await selectEnvironments(snapshot, {});
  for (const row of rows) checkAsSet(row, eventBeside(snapshot, row));
  keepVerifiedRow(snapshot, ENVIRONMENTS, textOf(rows));
  const last = Math.max(...rows.map(({ event_seq }) => event_seq ?? 0));
  verified.set(keyOf(snapshot), `${last} ${textOf(rows)}`);
  return rows;
}

function textOf(rows: readonly EnvironmentsTable[]): string {
  return JSON.stringify(rows.map(({ name, position, policy }) => [name, position, policy]));
}

/** Named, because such statements are read faster (columns.ts). */
const COLUMNS = ['name', 'position', 'policy'] as const;

const selectRows = preparedQuery(database =>
  database.selectFrom('environments').select(COLUMNS).orderBy('position'),
);

/** The rows, with the seq of the newest event that set any. */
const selectRowsAndLast = preparedQuery(database =>
  database
    .selectFrom('environments')
    .select(COLUMNS)
    .select(eb =>
      eb
        .selectFrom('events')
        .select(({ fn }) => fn.max<number>('seq').as('last'))
        .where('kind', '=', sql.lit('environment.set' as const))
        .as('last'),
    )
    .orderBy('position'),
);

/**
 * Each environment with the newest event that set it. PostgreSQL uses a lateral join, which always uses the index,
 * whatever the planner's statistics; SQLite has none and does not need it.
 */
const selectEnvironments = preparedQuery(database => {
  // The kind is a literal in the statement, because only then is the partial index used.
  const rows = database.selectFrom('environments');
  const joined =
    database.getExecutor().adapter instanceof PostgresAdapter
      ? rows.leftJoinLateral(
          eb =>
            eb
              .selectFrom('events')
              .where('events.kind', '=', sql.lit('environment.set' as const))
              .whereRef('events.environment', '=', 'environments.name')
              .selectAll()
              .orderBy('seq', 'desc')
              .limit(1)
              .as('events'),
          join => join.onTrue(),
        )
      : rows.leftJoin('events', join =>
          join.on('events.seq', '=', eb =>
            eb
              .selectFrom('events as set')
              .select(({ fn }) => fn.max<number>('set.seq').as('seq'))
              .where('set.kind', '=', sql.lit('environment.set' as const))
              .whereRef('set.environment', '=', 'environments.name'),
          ),
        );
  return joined.selectAll('environments').select(EVENT_BESIDE).orderBy('position');
});

/** @throws DataFolderProblem `chain_broken` */
function checkAsSet({ name, position, policy }: EnvironmentsTable, event: RegistryEvent | undefined): void {
  const set = dataOf(event, 'environment.set');
  if (set?.position !== position || canonicalJson(set.policy) !== canonicalText(policy))
    throw broken(`The table environments has another policy in the row "${name}" than the log.`);
}

/** Text that is not JSON is returned unchanged, so it differs from any JSON. */
function canonicalText(json: string): string {
  try {
    return canonicalJson(JSON.parse(json));
  } catch {
    return json;
  }
}

/** @throws Problem `environment_not_found` that names the existing ones */
export async function readEnvironment(snapshot: ReadSnapshot, name: EnvironmentName): Promise<Environment> {
  const all = await readEnvironments(snapshot);
  return all.find(environment => environment.name === name) ?? notFound(name, all);
}

function notFound(name: EnvironmentName, all: readonly Environment[]): never {
  throw environmentNotFound(
    name,
    all.map(environment => environment.name),
  );
}

export interface SetEnvironment {
  readonly environment: Environment;
  /** True if it is new; new environments come last. */
  readonly added: boolean;
}

/**
 * Sets the policy of an environment, or adds it. An unchanged policy adds no event.
 * @throws Problem `environment_not_found` for `promoteFrom`, `invalid_request` when environments would promote in a
 * circle
 */
export async function setEnvironment(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  { name, policy }: Environment,
): Promise<SetEnvironment> {
  const all = await readEnvironments(transaction);
  const index = all.findIndex(environment => environment.name === name);
  checkPolicy({ name, policy }, all);
  if (index < 0) checkEnvironmentQuota(all.length);
  const same = index >= 0 && canonicalJson(all[index]?.policy) === canonicalJson(policy);
  if (same) return { environment: { name, policy }, added: false };
  const position = index >= 0 ? index : all.length;
  await appendEvent(transaction, now, () => ({
    ...author,
    kind: 'environment.set',
    environment: name,
    data: { position, policy },
  }));
  await transaction
    .insertInto('environments')
    .values({ name, position, policy: JSON.stringify(policy) })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ policy: JSON.stringify(policy) }))
    .execute();
  forget(transaction);
  return { environment: { name, policy }, added: index < 0 };
}

function checkPolicy({ name, policy }: Environment, all: readonly Environment[]): void {
  if (new Set(policy.serves).size !== policy.serves.length)
    throw new Problem('invalid_request', '"serves" names a channel twice. Name each once.', {
      fields: [{ pointer: '/serves', message: 'names a channel twice' }],
    });
  if (policy.authorsReadDrafts === false && handlesDrafts(policy))
    throw new Problem(
      'invalid_request',
      `"authorsReadDrafts" cannot be false in ${name}: its keys publish drafts or are served them. Set "publishes" to false, "pins" to "released" and leave "latest" out of "serves" as well.`,
      {
        fields: [
          { pointer: '/authorsReadDrafts', message: 'cannot be false where drafts are published or served' },
        ],
      },
    );
  const seen = new Set<string>([name]);
  for (let next = policy.promoteFrom; next !== null; ) {
    if (seen.has(next))
      throw new Problem(
        'invalid_request',
        `"promoteFrom" would make environments promote from each other in a circle: ${[...seen, next].join(' → ')}.`,
        { fields: [{ pointer: '/promoteFrom', message: 'makes a circle' }] },
      );
    seen.add(next);
    const wanted = next;
    const from = all.find(environment => environment.name === wanted) ?? notFound(wanted, all);
    next = from.policy.promoteFrom;
  }
}

/** Creates the environments of a new registry; does nothing if there are any. */
export async function ensureEnvironments(
  store: Store,
  author: Author,
  environments: readonly Environment[],
): Promise<void> {
  const has = await store.read(async snapshot => (await readEnvironments(snapshot)).length > 0);
  if (has) return;
  await store.write(async transaction => {
    if ((await readEnvironments(transaction)).length > 0) return;
    for (const environment of environments)
      await setEnvironment(transaction, store.now, author, {
        name: parseEnvironmentName(environment.name),
        policy: environment.policy,
      });
  });
}
