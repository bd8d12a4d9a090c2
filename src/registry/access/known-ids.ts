/**
 * The ids of all keys, so that an unknown key is refused without querying the database. Keys are never removed, so the
 * set only grows; a key created elsewhere shows as a new revision of the store.
 */
import type { Store } from '../store/store.ts';

export interface KnownIds {
  /** Returns true if the key exists; synchronous if nothing was committed since the last call. */
  has(id: string): boolean | Promise<boolean>;
}

/** Keys per read: few enough not to delay others. */
const PAGE = 1000;

export function knownIds(store: Pick<Store, 'read' | 'recentRevision'>): KnownIds {
  let ids = new Set<string>();
  /** The newest known key. */
  let newest: { readonly seq: number; readonly id: string } | undefined;
  let revision = Number.NaN;
  let refreshing: { readonly revision: number; readonly done: Promise<void> } | undefined;

  return {
    has(id) {
      if (ids.has(id)) return true;
      const present = store.recentRevision();
      if (present === revision) return false;
      return refreshed(present).then(() => ids.has(id));
    },
  };

  function refreshed(present: number): Promise<void> {
    if (refreshing?.revision === present) return refreshing.done;
    const done = refresh(present);
    const mine = { revision: present, done };
    refreshing = mine;
    const over = () => {
      if (refreshing === mine) refreshing = undefined;
    };
    done.then(over, over);
    return done;
  }

  async function refresh(present: number): Promise<void> {
    let since = newest;
    // A restored database, or one that lost its end, may have reused the seq of lost keys.
    if (since !== undefined && (await keysFrom(since.seq, 1))[0]?.id !== since.id) since = undefined;
    const all = since === undefined ? new Set<string>() : ids;
    for (;;) {
      const rows = await keysFrom((since?.seq ?? 0) + 1, PAGE);
      for (const { id } of rows) all.add(id);
      since = rows.at(-1) ?? since;
      if (rows.length < PAGE) break;
    }
    ids = all;
    newest = since;
    revision = present;
  }

  function keysFrom(seq: number, limit: number): Promise<{ seq: number; id: string }[]> {
    return store.read(snapshot =>
      snapshot
        .selectFrom('keys')
        .select(['seq', 'id'])
        .where('seq', '>=', seq)
        .orderBy('seq')
        .limit(limit)
        .execute(),
    );
  }
}
