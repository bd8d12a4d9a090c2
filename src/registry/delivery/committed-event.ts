/** An event for other threads: the parts that may change their caches. */
import type { EventData, RegistryEvent } from '../../core/event.ts';
import type { EventSubject } from './affected.ts';

/** Plain data, so that it can be posted. */
export interface CommittedEvent extends EventSubject {
  readonly seq: number;
  readonly hash: RegistryEvent['hash'];
  /** RFC 3339 */
  readonly at: string;
  /** The key that changed. */
  readonly key?: { readonly id: string; readonly revoked: true } | EventData['key.expiry_set'];
}

export function committedEvent(event: RegistryEvent): CommittedEvent {
  const { seq, hash, at, kind, prompt, version, environment, channel } = event;
  const key = changedKey(event);
  return {
    seq,
    hash,
    at,
    kind,
    ...(prompt !== undefined && { prompt }),
    ...(version !== undefined && { version }),
    ...(environment !== undefined && { environment }),
    ...(channel !== undefined && { channel }),
    ...(key && { key }),
  };
}

function changedKey({ kind, data }: RegistryEvent): CommittedEvent['key'] {
  if (kind === 'key.revoked') return { id: (data as EventData['key.revoked']).id, revoked: true };
  return kind === 'key.expiry_set' ? (data as EventData['key.expiry_set']) : undefined;
}
