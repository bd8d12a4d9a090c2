/** Wraps a store with its own `read` and `write`, and passes everything else on. */
import type { Store } from './store.ts';

export function wrappedStore(store: Store, own: Pick<Store, 'read' | 'write'>): Store {
  return {
    ...(store.file !== undefined && { file: store.file }),
    now: store.now,
    ...own,
    revision: () => store.revision(),
    recentRevision: () => store.recentRevision(),
    ...(store.newestSeq && { newestSeq: store.newestSeq }),
    changed: (since, timeout, signal) => store.changed(since, timeout, signal),
    awaySince: () => store.awaySince(),
    lost: () => store.lost(),
    ...(store.connections && { connections: store.connections }),
    close: () => store.close(),
  };
}
