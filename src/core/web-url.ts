/** Parses web addresses from untrusted text. */
import { hasInvisible } from './visible-text.ts';

/** The http or https URL in `text`; undefined if it is not one, or the parser would ignore part of it. */
export function webUrl(text: string): URL | undefined {
  if (hasInvisible(text) || /\s/.test(text)) return undefined;
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}
