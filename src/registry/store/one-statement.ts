/** Combines several statements into one, for a database on a server. */
import { LRUCache } from 'lru-cache';

/** The number of combined statements depends on how many writes wait, so there are several variants. */
const renumbered = new LRUCache<string, readonly string[]>({ max: 200 });

/** Numbers the parameters of the statements consecutively. */
export function numberedOn(statements: readonly string[]): readonly string[] {
  const place = statements.join(';');
  const already = renumbered.get(place);
  if (already !== undefined) return already;
  let before = 0;
  const made = statements.map(sql => {
    const from = before;
    return sql.replace(/\$(\d+)/g, (_, number: string) => {
      before = Math.max(before, from + Number(number));
      return `$${from + Number(number)}`;
    });
  });
  renumbered.set(place, made);
  return made;
}
