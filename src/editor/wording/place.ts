/** Formats the place where something is live. */
import { STABLE } from '../../core/channel.ts';

/** `production` for what applications get unless they ask for a channel; `production (canary)` for another channel. */
export function placeOf({
  environment,
  channel,
}: {
  readonly environment: string;
  readonly channel: string;
}): string {
  return channel === STABLE ? environment : `${environment} (${channel})`;
}
