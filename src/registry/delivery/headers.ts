/** The headers of deliveries: the version, and how long it may be cached. */
import { HEADER } from '../../contract/headers.ts';
import type { Digest } from '../../core/digest.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { versionReference } from '../../core/version.ts';
import { COMMON_HEADERS } from '../http/http-response.ts';
import type { Chosen } from './choose-version.ts';

/** A rollback shows within 5 s; while the registry is down, a cached delivery is used for a day. */
const CHANNEL_FRESHNESS = 'max-age=5, stale-while-revalidate=10, stale-if-error=86400';
/** The delivered form of an exact version never changes. */
const PIN_FRESHNESS = 'max-age=31536000, immutable';

export interface DeliveredVersion extends Chosen {
  readonly prompt: PromptName;
  readonly environment: EnvironmentName;
  readonly digest: Digest;
  /** RFC 3339 */
  readonly publishedAt: string;
}

/** Headers of a 304; a 200 has the type and the length besides. `etag` is quoted already. */
export function deliveryHeaders(delivered: DeliveredVersion, etag: string): Record<string, string> {
  const { prompt, version, channel, environment, publishedAt } = delivered;
  const freshness = channel === null ? PIN_FRESHNESS : CHANNEL_FRESHNESS;
  return {
    ...COMMON_HEADERS,
    [HEADER.version]: versionReference(prompt, version),
    ...(channel !== null && { [HEADER.channel]: channel }),
    [HEADER.environment]: environment,
    ETag: etag,
    'Last-Modified': new Date(publishedAt).toUTCString(),
    Vary: 'Authorization, Accept',
    'Cache-Control': `private, ${freshness}`,
    // RFC 9213: for your own CDN, keyed on Authorization.
    'CDN-Cache-Control': freshness,
  };
}
