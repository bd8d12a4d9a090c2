/** Channels, by which readers request a version. `latest` is derived; every other is a pointer kept per environment. */
import { Problem } from './problem.ts';

declare const channelBrand: unique symbol;
export type Channel = string & { readonly [channelBrand]: true };

export const CHANNEL_PATTERN = /^[a-z][a-z0-9-]{0,31}$/;
export const LATEST = 'latest' as Channel;
export const STABLE = 'stable' as Channel;

export function isChannel(text: string): text is Channel {
  return CHANNEL_PATTERN.test(text);
}

/** @throws Problem `invalid_request` */
export function parseChannel(text: string): Channel {
  if (isChannel(text)) return text;
  throw new Problem(
    'invalid_request',
    `"${text.slice(0, 40)}" is not a channel name: use a–z, 0–9 and "-", beginning with a letter, at most 32 characters.`,
  );
}

/** The channel of a promotion, which moves a pointer. @throws Problem `invalid_request` for `latest`, which has none */
export function parsePointerChannel(text: string): Channel {
  const channel = parseChannel(text);
  if (channel === LATEST)
    throw new Problem(
      'invalid_request',
      '"latest" is always the newest version and cannot be promoted; use "stable" or a channel of your own.',
    );
  return channel;
}
