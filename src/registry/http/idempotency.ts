/** `Idempotency-Key`: a request that is repeated within 24 hours gets its first answer again, and is not done twice. */
import { createHash } from 'node:crypto';
import type { CompiledQuery } from 'kysely';
import { HEADER } from '../../contract/headers.ts';
import { Problem } from '../../core/problem.ts';
import type { AuthorizedWrite } from '../access/authorized-write.ts';
import type { Caller } from '../access/caller.ts';
import { QUOTAS } from '../quotas.ts';
import { isEqual, macOfKept, macsOf } from '../store/macs.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadAhead } from '../store/read-ahead.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import type { IdempotencyTable } from '../store/tables.ts';
import { together } from '../store/together.ts';
import type { HttpRequest } from './http-request.ts';

const KEPT_FOR = 24 * 60 * 60 * 1000;
const MAX_LENGTH = 255;

export interface Repeatable {
  /** Null if the header is missing. */
  readonly idempotencyKey: string | null;
  /** SHA-256 of the parts that make two requests the same; empty without an Idempotency-Key. */
  readonly fingerprint: string;
}

/** @throws Problem `invalid_request` for a key that is empty or too long */
export function repeatable(request: HttpRequest, path: string, body: Uint8Array): Repeatable {
  const idempotencyKey = request.header(HEADER.idempotencyKey.toLowerCase()) ?? null;
  if (idempotencyKey !== null && (idempotencyKey === '' || idempotencyKey.length > MAX_LENGTH))
    throw new Problem(
      'invalid_request',
      `The header ${HEADER.idempotencyKey} takes 1 to ${MAX_LENGTH} characters, such as a UUID.`,
    );
  const fingerprint =
    idempotencyKey === null
      ? ''
      : createHash('sha256').update(`${request.method} ${path}\n`).update(body).digest('hex');
  return { idempotencyKey, fingerprint };
}

/** The parts of a call that `doneOnce` needs. */
interface OfCall {
  readonly store: Pick<Store, 'now'>;
  readonly write: AuthorizedWrite;
  readonly caller: Caller;
  readonly repeatable: Repeatable;
}

export interface Done {
  readonly status: number;
  readonly body: unknown;
}

/** The queries that store an answer, to be written with its changes (`together`), in one round trip to the database. */
export type Keeping = (done: Done) => readonly CompiledQuery[];

/**
 * Does `work` in a write transaction, or returns the stored answer if the same caller repeats the same request. Only
 * successful answers are stored: a refused request changed nothing and may be sent again.
 * @param ahead the first reads of `work`
 * @throws Problem `idempotency_key_reused` if the key was used for another request
 */
export function doneOnce(
  { store, write, caller, repeatable: { idempotencyKey, fingerprint } }: OfCall,
  work: (transaction: WriteTransaction, keeping: Keeping) => Promise<Done>,
  ahead?: ReadAhead,
): Promise<Done> {
  if (idempotencyKey === null) return write(transaction => work(transaction, () => []), ahead);
  const owner = `${caller.key}/${caller.environment}/${caller.actor}`;
  const now = store.now();
  const place = { owner, idempotency_key: idempotencyKey };
  const since = { ...place, after: oldestKept(now) };
  return write(
    async transaction => {
      await forgetOld(store, transaction, now);
      const [found] = await selectRequest(transaction, since);
      const [before] = found === undefined ? [] : await selectKept(transaction, since);
      if (before !== undefined) {
        const [request = '', mac] = before.request.split(' ');
        if (request !== fingerprint)
          throw new Problem(
            'idempotency_key_reused',
            `This ${HEADER.idempotencyKey} came with another request within 24 hours. Give each request its own.`,
          );
        if (!isOwn(transaction, { ...place, ...before, request }, mac)) throw changedAnswer();
        return { status: before.status, body: JSON.parse(before.body) };
      }
      await checkRoom(store, transaction, owner, now);
      let isKept = false;
      const keeping: Keeping = ({ status, body }) => {
        isKept = true;
        const kept = {
          ...place,
          request: fingerprint,
          status,
          body: JSON.stringify(body),
          at: now.toISOString(),
        };
        const mac = macOfAnswer(transaction, kept);
        return [
          keep.compiled(
            transaction,
            mac === undefined ? kept : { ...kept, request: `${fingerprint} ${mac}` },
          ),
        ];
      };
      const done = await work(transaction, keeping);
      if (!isKept) await together(transaction, keeping(done));
      return done;
    },
    {
      queries: transaction => [
        selectRequest.compiled(transaction, since),
        ...(ahead?.queries(transaction) ?? []),
      ],
      subjects: [`kept ${owner} ${idempotencyKey}`, ...(ahead?.subjects ?? [])],
    },
  );
}

/**
 * Computed with the registry's secret, so that write access to the table is not enough to forge answers; undefined in a
 * process without the secret, or while the log has no MACs.
 */
function macOfAnswer(transaction: WriteTransaction, kept: IdempotencyTable): string | undefined {
  const macs = macsOf(transaction);
  if (macs === undefined || macs.start === Number.POSITIVE_INFINITY) return undefined;
  const { owner, idempotency_key, request, status, body, at } = kept;
  return macOfKept(macs.secret, 'promptforge.idempotency.v1', [
    ...[owner, idempotency_key, request],
    ...[status, body, at],
  ]);
}

function isOwn(transaction: WriteTransaction, kept: IdempotencyTable, given: string | undefined): boolean {
  const mac = macOfAnswer(transaction, kept);
  return mac === undefined || (given !== undefined && isEqual(mac, given));
}

/**
 * The error for a stored answer without a valid MAC: it is not trusted, and the request is not repeated. Answers that an
 * earlier release stored have no MAC either.
 */
function changedAnswer(): Problem {
  return new Problem(
    'idempotency_key_reused',
    `This ${HEADER.idempotencyKey} came before, and the answer that was kept for it is not one that this registry can vouch for. Nothing was done now: look whether the first request was, and send it again with another key if it was not.`,
  );
}

/**
 * Limits the answers stored per key, by this process's count, which is refreshed from the database now and then.
 * @throws Problem `rate_limited` if there are too many, because none may be deleted early
 */
async function checkRoom(
  store: OfCall['store'],
  transaction: WriteTransaction,
  owner: string,
  now: Date,
): Promise<void> {
  const counts = keptOf.get(store) ?? new Map<string, { count: number; at: number }>();
  keptOf.set(store, counts);
  let known = counts.get(owner);
  const isOld = known === undefined || Math.abs(now.getTime() - known.at) >= FORGETTING_INTERVAL;
  if (known === undefined || isOld || known.count >= QUOTAS.idempotencyKeys) {
    const { count } = await transaction
      .selectFrom('idempotency')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('owner', '=', owner)
      .executeTakeFirstOrThrow();
    known = { count: Number(count), at: now.getTime() };
    if (counts.size >= MAX_OWNERS) counts.clear();
    counts.set(owner, known);
  }
  known.count++;
  if (known.count <= QUOTAS.idempotencyKeys) return;
  throw new Problem(
    'rate_limited',
    `This key sent ${QUOTAS.idempotencyKeys} requests with the header ${HEADER.idempotencyKey} within 24 hours, and no more are kept. Leave it out where a request may be done twice, or wait ${RETRY_AFTER / 60} minutes.`,
    { retryAfter: RETRY_AFTER },
  );
}

/** Seconds. */
const RETRY_AFTER = 600;
const MAX_OWNERS = 10_000;
const keptOf = new WeakMap<OfCall['store'], Map<string, { count: number; at: number }>>();

type Place = Pick<IdempotencyTable, 'owner' | 'idempotency_key'>;

/** The request of a stored answer, without the answer, which may be large. */
const selectRequest = preparedQuery((database, given: Place & { readonly after: string }) =>
  database
    .selectFrom('idempotency')
    .select('request')
    .where('owner', '=', given.owner)
    .where('idempotency_key', '=', given.idempotency_key)
    .where('at', '>', given.after),
);

const selectKept = preparedQuery((database, given: Place & { readonly after: string }) =>
  database
    .selectFrom('idempotency')
    .select(['request', 'status', 'body', 'at'])
    .where('owner', '=', given.owner)
    .where('idempotency_key', '=', given.idempotency_key)
    .where('at', '>', given.after),
);

const keep = preparedQuery((database, given: IdempotencyTable) => {
  const { owner, idempotency_key, request, status, body, at } = given;
  const kept = { request, status, body, at };
  return database
    .insertInto('idempotency')
    .values({ owner, idempotency_key, ...kept })
    .onConflict(old => old.columns(['owner', 'idempotency_key']).doUpdateSet(kept));
});

function oldestKept(now: Date): string {
  return new Date(now.getTime() - KEPT_FOR).toISOString();
}

/** Deletes old answers now and then. Lookups ignore them anyway. */
async function forgetOld(store: OfCall['store'], transaction: WriteTransaction, now: Date): Promise<void> {
  const last = forgot.get(store) ?? 0;
  // The absolute value, so that deletion continues after the clock was set back.
  if (Math.abs(now.getTime() - last) < FORGETTING_INTERVAL) return;
  forgot.set(store, now.getTime());
  await transaction.deleteFrom('idempotency').where('at', '<=', oldestKept(now)).execute();
}

/** ms */
const FORGETTING_INTERVAL = 60_000;
const forgot = new WeakMap<OfCall['store'], number>();
