/** Markers of a merge conflict in a text, as git and the editor write them. */

/** Returns true if a text has unresolved conflict markers, including git's. */
export function hasConflictMarkers(text: string): boolean {
  const order = ['<<<<<<< ', '=======', '>>>>>>> '];
  let found = 0;
  for (const line of text.split('\n')) {
    const marker = order[found];
    if (marker !== undefined && (found === 1 ? line.trimEnd() === marker : line.startsWith(marker)))
      found += 1;
  }
  return found === order.length;
}

/** Returns true if an edit added the markers: the text of a prompt may be about merge conflicts. */
export function addsConflictMarkers(before: string, after: string): boolean {
  return hasConflictMarkers(after) && !hasConflictMarkers(before);
}
