/** Addresses of the web, from text that anybody may have written. */
import { hasInvisible } from './visible-text.ts';

/** The http or https URL that is all of `text`; undefined where it is none, or the parser would overlook a part of it. */
export function webUrl(text: string): URL | undefined {
  if (hasInvisible(text) || /\s/.test(text)) return undefined;
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}
