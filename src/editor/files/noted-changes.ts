/**
 * Remembers which virtual files changed while this window was open: some providers report the same time for a file, or
 * the time of its commit, whatever is written to it.
 */

/** More files than any registry has prompts. */
export const MAX_CHANGES = 50_000;

const changes = new Map<string, number>();
let last = 0;
/** The number of all files that are not in `changes`. */
let others = 0;

/** @param path from `pathOf` */
export function noteChange(path: string): void {
  // A number that no other session gives, because an index on disk keeps it.
  last = Math.max(Date.now(), last + 1);
  if (changes.size >= MAX_CHANGES && !changes.has(path)) {
    // Every file is then read once more.
    changes.clear();
    others = last;
    last += 1;
  }
  changes.set(path, last);
}

/** A number that is another one after each change; 0 for a file that has not changed in this window. */
export function lastChange(path: string): number {
  return changes.get(path) ?? others;
}
