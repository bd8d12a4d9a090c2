/**
 * A cursor that changes when a channel of an environment moves. It reveals nothing else: neither which channel or
 * prompt, nor anything about drafts, other environments and channels that are not served. It is derived from the log,
 * so all processes have the same one.
 */
import { hash } from 'node:crypto';
import { type Channel, LATEST } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { ChainHead } from '../../core/event.ts';
import { readEnvironment } from '../environments.ts';
import { logHead } from '../store/log.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';

export interface Moves {
  /** @throws Problem `environment_not_found`, `unavailable` */
  cursorOf(environment: EnvironmentName): Promise<string>;
}

/** The number of moves of an environment's channel, and the last time. */
interface Moved {
  readonly count: number;
  /** The prompt, its version and the time. */
  readonly last: string;
}

type ByChannel = ReadonlyMap<Channel, Moved>;

interface Known {
  /** The last event that is included. */
  readonly head: ChainHead;
  readonly published: number;
  /** An environment is missing until it is requested. */
  readonly environments: ReadonlyMap<EnvironmentName, ByChannel>;
}

/** If there are more new events than this, everything is read again. */
const MAX_NEW = 500;

export function moves(store: Pick<Store, 'read' | 'revision'>): Moves {
  let known: Known | undefined;
  let reading: { readonly name: string; readonly cursor: Promise<string> } | undefined;

  async function read(environment: EnvironmentName): Promise<string> {
    return store.read(async snapshot => {
      const { policy } = await readEnvironment(snapshot, environment);
      const next = (known && (await continued(snapshot, known))) ?? {
        head: await logHead(snapshot),
        published: Number((await selectPublished(snapshot, {}))[0]?.count ?? 0),
        environments: new Map(),
      };
      const channels = next.environments.get(environment) ?? (await readChannels(snapshot, environment));
      // The next call continues from this snapshot's state.
      known = { ...next, environments: new Map([...next.environments, [environment, channels]]) };
      const { serves, pins } = policy;
      const served = serves.flatMap(channel => {
        const { count, last } = channels.get(channel) ?? {};
        return count === undefined ? [] : [{ channel, count, last }];
      });
      const published = serves.includes(LATEST) ? next.published : null;
      const state = JSON.stringify([environment, serves, pins, served, published]);
      return hash('sha256', state, 'base64url').slice(0, 22);
    });
  }

  return {
    cursorOf(environment) {
      // Callers woken by the same commit share a read.
      const name = `${environment} ${store.revision()}`;
      if (reading?.name === name) return reading.cursor;
      const own = { name, cursor: read(environment) };
      reading = own;
      own.cursor.catch(() => {
        if (reading === own) reading = undefined;
      });
      return own.cursor;
    },
  };
}

/** Adds the new events of the log; undefined if there are too many, or if the log is a different one. */
async function continued(snapshot: ReadSnapshot, known: Known): Promise<Known | undefined> {
  const { head } = known;
  const rows = await selectNew(snapshot, { seq: head.seq });
  const [first] = rows;
  if (first?.seq !== head.seq || first.hash !== head.hash || rows.length > MAX_NEW) return undefined;
  const environments = new Map(known.environments);
  let { published } = known;
  for (const { kind, environment, channel, ...what } of rows.slice(1)) {
    if (kind === 'version.published') published += 1;
    const channels = environment === null ? undefined : environments.get(environment);
    if (kind !== 'promotion.applied' || environment === null || channel === null || channels === undefined)
      continue;
    const count = (channels.get(channel)?.count ?? 0) + 1;
    environments.set(environment, new Map([...channels, [channel, { count, last: lastOf(what) }]]));
  }
  const end = rows.at(-1) ?? first;
  return { head: { seq: end.seq, hash: end.hash }, published, environments };
}

async function readChannels(snapshot: ReadSnapshot, environment: EnvironmentName): Promise<ByChannel> {
  const channels = new Map<Channel, Moved>();
  for (const { channel, count, seq } of await selectApplied(snapshot, { environment })) {
    const [event] = await selectEvent(snapshot, { seq: Number(seq) });
    if (event !== undefined) channels.set(channel, { count: Number(count), last: lastOf(event) });
  }
  return channels;
}

function lastOf({
  prompt,
  version,
  at,
}: {
  prompt: string | null;
  version: number | null;
  at: string;
}): string {
  return `${prompt}@${version} ${at}`;
}

const selectNew = preparedQuery((database, { seq }: { readonly seq: number }) =>
  database
    .selectFrom('events')
    .select(['seq', 'hash', 'kind', 'environment', 'channel', 'prompt', 'version', 'at'])
    .where('seq', '>=', seq)
    .orderBy('seq')
    .limit(MAX_NEW + 1),
);

const selectEvent = preparedQuery((database, { seq }: { readonly seq: number }) =>
  database.selectFrom('events').select(['prompt', 'version', 'at']).where('seq', '=', seq),
);

const selectPublished = preparedQuery(database =>
  database.selectFrom('versions').select(({ fn }) => fn.countAll().as('count')),
);

/** Uses the index of an environment's promotions. */
const selectApplied = preparedQuery((database, { environment }: { readonly environment: EnvironmentName }) =>
  database
    .selectFrom('promotions')
    .select([
      'channel',
      ({ fn }) => fn.count('applied_seq').as('count'),
      ({ fn }) => fn.max('applied_seq').as('seq'),
    ])
    .where('environment', '=', environment)
    .where('applied_seq', 'is not', null)
    .groupBy('channel'),
);
