/** Several statements as parts of one, for a database on a server. */
import { LRUCache } from 'lru-cache';

/** How many are put together differs with how many writes wait, so there are some of each. */
const renumbered = new LRUCache<string, readonly string[]>({ max: 200 });

/** The statements, each with its parameters numbered on from those of the one before. */
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
