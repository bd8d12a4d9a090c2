/** Messages between the main thread and the delivery threads: plain data, received in the order of posting. */
import type { ChainHead } from '../../core/event.ts';
import type { KeyUses } from '../access/last-use.ts';
import type { CommittedEvent } from '../delivery/committed-event.ts';
import type { CachedDelivery, DeliverySpec } from '../delivery/delivery-cache.ts';
import type { RegistryPlace } from '../open-registry.ts';
import type { Certificate } from '../serving/http-server.ts';
import type { ServerOptions } from '../serving/server.ts';
import type { PlainProblem } from '../tasks/plain.ts';

/** The server's options that can be posted to a thread. */
export type ThreadServerOptions = Pick<
  ServerOptions,
  | 'host'
  | 'port'
  | 'reusePort'
  | 'tls'
  | 'behindProxy'
  | 'trustedProxies'
  | 'rateLimit'
  | 'environmentRateLimit'
  | 'rates'
  | 'limits'
  | 'deliveryCache'
>;

/** The start options of a thread. */
export interface ThreadOrder {
  readonly place: RegistryPlace;
  readonly serving: ThreadServerOptions;
  /** The socket of the server behind it. */
  readonly socket: string;
  readonly seen: ChainHead;
  /** The known fault of the log. */
  readonly broken: string | null;
  /** True to report uses of keys. */
  readonly notesUse: boolean;
  /** The thread's priority, regardless of that of the thread that starts it. */
  readonly priority: number;
}

/** A message to a thread. One with an `id` is answered with `done`. */
export type Command =
  /** The first message: the thread may read and deliver, because it gets all commits from here on. */
  | { readonly kind: 'go' }
  | {
      readonly kind: 'committed';
      /** Absent if nobody waits. */
      readonly id?: number;
      readonly events: readonly CommittedEvent[];
      readonly made: readonly CachedDelivery[];
    }
  | { readonly kind: 'metrics'; readonly id: number }
  | { readonly kind: 'broken'; readonly message: string }
  | { readonly kind: 'certificate'; readonly tls: Certificate }
  | { readonly kind: 'close'; readonly delay: number };

export type ThreadMessage =
  /** It has opened the registry, and read nothing yet that it would deliver. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'listening'; readonly url: string }
  /** It could not start, and ends. */
  | { readonly kind: 'refused'; readonly problem: PlainProblem }
  | { readonly kind: 'done'; readonly id: number; readonly value?: unknown }
  | { readonly kind: 'log'; readonly entry: object }
  | { readonly kind: 'used'; readonly uses: KeyUses }
  /** A delivery was requested. */
  | { readonly kind: 'kept'; readonly specs: readonly DeliverySpec[] }
  | { readonly kind: 'broken'; readonly message: string }
  /** It accepts no more connections, and lets requests finish. */
  | { readonly kind: 'draining' };
