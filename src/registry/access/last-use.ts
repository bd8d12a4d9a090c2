/** When each key was last used: written at most once a minute per key, without delaying responses. */
import type { Store } from '../store/store.ts';

/** Key IDs, each with when it was used, in ms since 1970. */
export type KeyUses = ReadonlyMap<string, number>;
export type WriteKeyUses = (uses: KeyUses) => Promise<void>;

export interface LastUse {
  /** `now` in ms since 1970. */
  note(keyId: string, now: number): void;
  /** Writes the noted uses. */
  close(): Promise<void>;
}

const ONCE_IN = 60_000;
/** Keys used within this many ms are written in one transaction. */
const GATHER = 1000;
const MAX_REMEMBERED = 100_000;

export function lastUse(writeUses: WriteKeyUses): LastUse {
  const written = new Map<string, number>();
  let pending = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  return {
    note(keyId, now) {
      const last = written.get(keyId);
      if (last !== undefined && now - last < ONCE_IN && now >= last) return;
      if (written.size >= MAX_REMEMBERED) written.clear();
      written.set(keyId, now);
      pending.set(keyId, now);
      timer ??= setTimeout(() => void write(), GATHER).unref();
    },
    async close() {
      clearTimeout(timer);
      await write();
    },
  };

  async function write(): Promise<void> {
    timer = undefined;
    const uses = pending;
    pending = new Map();
    if (uses.size === 0) return;
    try {
      await writeUses(uses);
    } catch {
      // The database is busy or closing: the time of last use is a courtesy, and the next use notes it again.
      for (const id of uses.keys()) written.delete(id);
    }
  }
}

/** @throws Problem `unavailable` as `Store.write` does */
export function keyUsesInto(store: Pick<Store, 'write'>): WriteKeyUses {
  return uses =>
    store.write(async transaction => {
      for (const [id, at] of uses) {
        const time = new Date(at).toISOString();
        await transaction
          .updateTable('keys')
          .set({ last_used_at: time })
          .where('id', '=', id)
          .where(eb => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', time)]))
          .execute();
      }
    });
}
