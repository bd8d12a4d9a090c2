/**
 * When a channel of an environment last moved, as a cursor that tells nothing else: not which channel or prompt, nor how
 * many events there are. It is made of the log, so all processes have the same one.
 */
import { hash } from 'node:crypto';
import { LATEST } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { ChainHead } from '../../core/event.ts';
import { readEnvironment } from '../environments.ts';
import { logHead } from '../store/log.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { Snapshot, Store } from '../store/store.ts';

export interface Moves {
  /** @throws Problem `environment_not_found`, `unavailable` */
  cursorOf(environment: EnvironmentName): Promise<string>;
}

/** Up to which event the log is known, and the hash of the last one that moved something. */
interface Known {
  readonly head: ChainHead;
  /** Of the last publication, which moves `latest` wherever that is served. */
  readonly published: string;
  /** Of the last promotion that was applied, by environment; of one that is not here nobody has asked. */
  readonly applied: ReadonlyMap<EnvironmentName, string>;
}

/** When there are more new events than this, the last moves are looked up again. */
const MAX_NEW = 500;
const NEVER = '';

export function moves(store: Pick<Store, 'read' | 'revision'>): Moves {
  let known: Known | undefined;
  let reading: { readonly name: string; readonly cursor: Promise<string> } | undefined;

  async function read(environment: EnvironmentName): Promise<string> {
    return store.read(async snapshot => {
      const { policy } = await readEnvironment(snapshot, environment);
      const next = (known && (await continued(snapshot, known))) ?? {
        head: await logHead(snapshot),
        published: await hashOf(snapshot, (await selectPublished(snapshot, {}))[0]?.seq),
        applied: new Map(),
      };
      const applied =
        next.applied.get(environment) ??
        (await hashOf(snapshot, (await selectApplied(snapshot, { environment }))[0]?.seq));
      // Whichever snapshot it is of, the next one goes on from there.
      known = { ...next, applied: new Map([...next.applied, [environment, applied]]) };
      const published = policy.serves.includes(LATEST) ? next.published : NEVER;
      const state = JSON.stringify([environment, applied, published, policy]);
      return hash('sha256', state, 'base64url').slice(0, 22);
    });
  }

  return {
    cursorOf(environment) {
      // All that are woken by one commit ask for the same.
      const name = `${environment} ${store.revision()}`;
      if (reading?.name !== name) reading = { name, cursor: read(environment) };
      const { cursor } = reading;
      const own = reading;
      cursor.catch(() => {
        if (reading === own) reading = undefined;
      });
      return cursor;
    },
  };
}

/** What is known with what the log has new; undefined where that is too much, or it is not the log that was known. */
async function continued(
  snapshot: Snapshot,
  { head, published, applied }: Known,
): Promise<Known | undefined> {
  const rows = await selectNew(snapshot, { seq: head.seq });
  const [first] = rows;
  if (first?.seq !== head.seq || first.hash !== head.hash || rows.length > MAX_NEW) return undefined;
  const now = new Map(applied);
  let last = published;
  for (const { kind, environment, hash } of rows.slice(1)) {
    if (kind === 'version.published') last = hash;
    if (kind === 'promotion.applied' && environment !== null && now.has(environment))
      now.set(environment, hash);
  }
  const end = rows.at(-1) ?? first;
  return { head: { seq: end.seq, hash: end.hash }, published: last, applied: now };
}

async function hashOf(snapshot: Snapshot, seq: number | null | undefined): Promise<string> {
  if (seq === null || seq === undefined) return NEVER;
  return (await selectHash(snapshot, { seq }))[0]?.hash ?? NEVER;
}

const selectNew = preparedQuery((database, { seq }: { readonly seq: number }) =>
  database
    .selectFrom('events')
    .select(['seq', 'hash', 'kind', 'environment'])
    .where('seq', '>=', seq)
    .orderBy('seq')
    .limit(MAX_NEW + 1),
);

const selectHash = preparedQuery((database, { seq }: { readonly seq: number }) =>
  database.selectFrom('events').select('hash').where('seq', '=', seq),
);

const selectPublished = preparedQuery(database =>
  database
    .selectFrom('events')
    .select('seq')
    .where('kind', '=', 'version.published')
    .orderBy('seq', 'desc')
    .limit(1),
);

/** By the index of an environment's promotions. */
const selectApplied = preparedQuery((database, { environment }: { readonly environment: EnvironmentName }) =>
  database
    .selectFrom('promotions')
    .select(({ fn }) => fn.max('applied_seq').as('seq'))
    .where('environment', '=', environment),
);
