/** Cuts text to a maximum length. */

/** Half of a surrogate pair, or a joiner or selector whose emoji was cut off. */
const LOOSE_END = /[\u200d\ufe0f\ud800-\udbff]+$/;

/** Returns at most `length` UTF-16 code units, ending with "…" if cut. Never cuts a character in two. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(LOOSE_END, '')}…`;
}
