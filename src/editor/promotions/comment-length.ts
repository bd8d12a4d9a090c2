/** What a comment may be. */
import { isBlank } from '../../core/visible-text.ts';

/** In characters. */
export const MAX_COMMENT = 4000;

/** Undefined when the comment will do. */
export function whyNotComment(text: string, needed: boolean): string | undefined {
  if (needed && isBlank(text)) return 'Say why. The reason is kept permanently.';
  if (text.length > MAX_COMMENT) return `At most ${MAX_COMMENT} characters; these are ${text.length}.`;
  return undefined;
}
