/** Text cut to a length that a place has room for. */

/** Half of a surrogate pair, or a joiner or selector whose emoji was cut off. */
const LOOSE_END = /[\u200d\ufe0f\ud800-\udbff]+$/;

/** At most `length` UTF-16 code units, the last of them "…" where something is missing; no character is cut in two. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(LOOSE_END, '')}…`;
}
