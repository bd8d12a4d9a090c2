/** Which deliveries an event of the log changes, and which applications may ask for because of it. */
import { LATEST } from '../../core/channel.ts';
import type { Environment } from '../../core/environment.ts';
import type { EventKind, RegistryEvent } from '../../core/event.ts';
import type { DeliveryCache, DeliverySpec } from './delivery-cache.ts';

/** What is looked at of an event. */
export interface EventSubject extends Pick<RegistryEvent, 'prompt' | 'version' | 'environment' | 'channel'> {
  readonly kind: EventKind;
}

/** Whether a delivery may be another one after the event: of a channel that moved, or where the policy did. */
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

/** Those that are kept and may be others after the event. */
export function deliveriesChangedBy(
  event: EventSubject,
  kept: Pick<DeliveryCache, 'specs' | 'specsOf'>,
): DeliverySpec[] {
  const all =
    event.kind === 'environment.set' ? kept.specs() : event.prompt ? kept.specsOf(event.prompt) : [];
  return [...all].filter(spec => isChangedBy(spec, event));
}

/** The deliveries that the event makes possible, as text: its channel, and its version by number. */
export function madePossibleBy(
  { kind, prompt, version, environment, channel }: EventSubject,
  environments: readonly Environment[],
): DeliverySpec[] {
  if (prompt === undefined || version === undefined || environment === undefined) return [];
  const about = { prompt, representation: 'text/plain' } as const;
  const exact: DeliverySpec = { ...about, environment, wanted: { version } };
  if (kind === 'promotion.applied' && channel !== undefined)
    return [{ ...about, environment, wanted: { channel } }, exact];
  if (kind !== 'version.published') return [];
  const latest = environments
    .filter(({ policy }) => policy.serves.includes(LATEST))
    .map(({ name }): DeliverySpec => ({ ...about, environment: name, wanted: { channel: LATEST } }));
  const pins = environments.find(({ name }) => name === environment)?.policy.pins;
  return pins === undefined || pins === 'released' ? latest : [...latest, exact];
}
