/** Lengths of the common prefix and suffix of two texts. */

/** The number of UTF-16 code units that are compared at once. */
const CHUNK = 512;

/** The number of UTF-16 code units that two texts share at the beginning. */
export function commonPrefix(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at + CHUNK <= most && one.slice(at, at + CHUNK) === other.slice(at, at + CHUNK)) at += CHUNK;
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  return at;
}

/** The number of UTF-16 code units that two texts share at the end, up to `most`. */
export function commonSuffix(one: string, other: string, most: number): number {
  let length = 0;
  const part = (text: string) => text.slice(text.length - length - CHUNK, text.length - length);
  while (length + CHUNK <= most && part(one) === part(other)) length += CHUNK;
  const at = (text: string) => text.charCodeAt(text.length - length - 1);
  while (length < most && at(one) === at(other)) length++;
  return length;
}
