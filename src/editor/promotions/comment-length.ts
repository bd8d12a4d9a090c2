/** The rules for the text of a comment. */
import { isBlank } from '../../core/visible-text.ts';

/** In characters. */
export const MAX_COMMENT = 4000;

/** Undefined if the comment is valid. */
export function validateComment(text: string, needed: boolean): string | undefined {
  if (needed && isBlank(text)) return 'Enter a reason. It is kept permanently.';
  if (text.length > MAX_COMMENT)
    return `At most ${MAX_COMMENT} characters are allowed; this has ${text.length}.`;
  return undefined;
}
