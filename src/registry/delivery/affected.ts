/** Determines the deliveries that an event of the log changes, including those that become possible. */
import { LATEST } from '../../core/channel.ts';
import type { EventKind, RegistryEvent } from '../../core/event.ts';
import type { DeliveryCache, DeliverySpec } from './delivery-cache.ts';

/** The fields of an event that are used. */
export interface EventSubject extends Pick<RegistryEvent, 'prompt' | 'version' | 'environment' | 'channel'> {
  readonly kind: EventKind;
}

/** Returns true if a delivery may differ after the event: its channel moved, or the policy changed. */
export function isChangedBy({ environment, prompt, wanted }: DeliverySpec, event: EventSubject): boolean {
  const channel = 'channel' in wanted ? wanted.channel : null;
  switch (event.kind) {
    case 'version.published':
      return prompt === event.prompt && channel === LATEST;
    case 'promotion.applied':
      return prompt === event.prompt && environment === event.environment && channel === event.channel;
    case 'environment.set':
      return environment === event.environment;
    default:
      return false;
  }
}

/** The cached deliveries that may differ after the event. */
export function deliveriesChangedBy(
  event: EventSubject,
  kept: Pick<DeliveryCache, 'specs' | 'specsOf'>,
): DeliverySpec[] {
  const all =
    event.kind === 'environment.set' ? kept.specs() : event.prompt ? kept.specsOf(event.prompt) : [];
  return [...all].filter(spec => isChangedBy(spec, event));
}

/**
 * The deliveries that a promotion makes possible, as text: its channel, and its version by number. A published version
 * is a draft, so only callers that have requested the newest one get it at once.
 */
export function madePossibleBy({
  kind,
  prompt,
  version,
  environment,
  channel,
}: EventSubject): DeliverySpec[] {
  if (kind !== 'promotion.applied' || prompt === undefined || version === undefined) return [];
  if (environment === undefined || channel === undefined) return [];
  const about = { environment, prompt, representation: 'text/plain' } as const;
  return [
    { ...about, wanted: { channel } },
    { ...about, wanted: { version } },
  ];
}

/** Returns true if a promotion does not prepare it by itself: it is prepared after promotions and publications once it has been requested. */
export function isMadeOnDemand({ representation, wanted }: DeliverySpec): boolean {
  return representation !== 'text/plain' || ('channel' in wanted && wanted.channel === LATEST);
}
