/** Cursors of lists: where a page ended, in a form that callers only give back. */
import { Problem } from '../../core/problem.ts';

/** The kind of list, so that a cursor of one is refused by another. */
export type CursorKind =
  | 'prompts'
  | 'versions'
  | 'promotions'
  | 'releases'
  | 'comments'
  | 'threads'
  | 'keys'
  | 'webhooks'
  | 'changes'
  | 'search';

export function makeCursor(kind: CursorKind, place: string | number): string {
  return Buffer.from(JSON.stringify([kind, place])).toString('base64url');
}

/** @throws Problem `invalid_request` for what was not made for this list */
export function textCursor(kind: CursorKind, cursor: string): string {
  const place = placeIn(kind, cursor);
  return typeof place === 'string' ? place : refuse();
}

/** @throws Problem `invalid_request` for what was not made for this list */
export function numberCursor(kind: CursorKind, cursor: string): number {
  const place = placeIn(kind, cursor);
  return Number.isSafeInteger(place) && (place as number) >= 0 ? (place as number) : refuse();
}

function placeIn(kind: CursorKind, cursor: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return refuse();
  }
  return Array.isArray(value) && value.length === 2 && value[0] === kind ? value[1] : refuse();
}

function refuse(): never {
  throw new Problem(
    'invalid_request',
    'This cursor does not belong to this list. Send the cursor exactly as you received it, or omit it.',
    {
      fields: [{ pointer: '/cursor', message: 'is not a cursor of this list' }],
    },
  );
}

/**
 * A page of `limit` from `items`, of which one more was read to see whether another page follows.
 * `place` says where an item is in the list.
 */
export function pageOf<Item>(
  kind: CursorKind,
  items: readonly Item[],
  limit: number,
  place: (item: Item) => string | number,
): { data: Item[]; nextCursor: string | null } {
  const data = items.slice(0, limit);
  const last = data.at(-1);
  const more = items.length > limit && last !== undefined;
  return { data, nextCursor: more ? makeCursor(kind, place(last)) : null };
}
