/** Cursors of lists: the position where a page ended, as opaque text for callers. */
import { Problem } from '../../core/problem.ts';

/** The kind of list; a cursor for one kind is refused by the others. */
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

/** @throws Problem `invalid_request` for a cursor that is not of this kind */
export function textCursor(kind: CursorKind, cursor: string): string {
  const place = placeIn(kind, cursor);
  return typeof place === 'string' ? place : refuse();
}

/** @throws Problem `invalid_request` for a cursor that is not of this kind */
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
 * A page of `limit` items, where `items` has one more if another page follows. `place` returns an item's position in
 * the list.
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
