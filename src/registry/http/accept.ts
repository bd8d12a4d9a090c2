/** Chooses between media types by the `Accept` header (RFC 9110, section 12.5.1). */
import { Problem } from '../../core/problem.ts';

/**
 * The type of `offered` that `accept` prefers; the first if it has no preference.
 * @throws Problem `not_acceptable` if `accept` allows none of them
 */
export function negotiate<Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type {
  if (accept === undefined || accept === '' || accept === '*/*') return offered[0];
  const ranges = accept.split(',').map(parseRange);
  let best: Type | undefined;
  let bestQuality = 0;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > bestQuality) {
      best = type;
      bestQuality = quality;
    }
  }
  if (best !== undefined) return best;
  throw new Problem(
    'not_acceptable',
    `This resource is available as ${offered.join(' or ')}. Request one of these in the header Accept, or omit it.`,
  );
}

interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
}

function parseRange(text: string): MediaRange {
  const [range = '', ...parameters] = text.split(';').map(part => part.trim().toLowerCase());
  const [type = '', subtype = ''] = range.split('/');
  const q = parameters.find(parameter => /^q\s*=/.test(parameter));
  const quality = q === undefined ? 1 : Number(q.slice(q.indexOf('=') + 1));
  return { type, subtype, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The quality of the most specific range that includes `mediaType`, from 0 to 1. */
function qualityOf(mediaType: string, ranges: readonly MediaRange[]): number {
  const [type, subtype] = mediaType.split('/');
  let quality = 0;
  let specificity = -1;
  for (const range of ranges) {
    const fits =
      (range.type === '*' && range.subtype === '*') ||
      (range.type === type && (range.subtype === '*' || range.subtype === subtype));
    const specific = Number(range.type !== '*') + Number(range.subtype !== '*');
    if (fits && specific > specificity) {
      quality = range.quality;
      specificity = specific;
    }
  }
  return quality;
}
