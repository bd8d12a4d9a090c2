/**
 * The levels of the explorer: folders and prompts from a flat list of names. Creates only the requested level, in one
 * pass, so that ten thousand prompts cost no more than the visible ones.
 */
import { foldCase } from '../../core/name-case.ts';

export interface PromptFolder {
  readonly kind: 'folder';
  /** Such as `support/tier2`; its label is the last segment. */
  readonly path: string;
  /** Prompts below it, at any depth. */
  readonly prompts: number;
}

export interface PromptEntry<Item> {
  readonly kind: 'prompt';
  readonly item: Item;
}

export type TreeEntry<Item> = PromptFolder | PromptEntry<Item>;

/** Returns the entries of `folder` (the empty string: the root): folders first, then prompts, each by name. `items` may be in any order. */
export function entriesOf<Item extends { readonly name: string }>(
  items: Iterable<Item>,
  folder: string,
): TreeEntry<Item>[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const folders = new Map<string, number>();
  const prompts: PromptEntry<Item>[] = [];
  for (const item of items) {
    const { name } = item;
    if (!name.startsWith(prefix)) continue;
    const slash = name.indexOf('/', prefix.length);
    if (slash < 0) prompts.push({ kind: 'prompt', item });
    else {
      const path = name.slice(0, slash);
      folders.set(path, (folders.get(path) ?? 0) + 1);
    }
  }
  const entries: TreeEntry<Item>[] = [];
  for (const path of byName([...folders.keys()], each => each))
    entries.push({ kind: 'folder', path, prompts: folders.get(path) ?? 0 });
  return entries.concat(byName(prompts, ({ item }) => item.name));
}

/**
 * Sorts by name, ignoring case: `Apple`, `banana`, `Cherry`. Names are ASCII, so comparing folded code units gives the
 * expected order, and is by far the fastest.
 */
function byName<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[] {
  const named = items.map(item => ({ item, name: nameOf(item), folded: foldCase(nameOf(item)) }));
  named.sort((a, b) => byCodeUnits(a.folded, b.folded) || byCodeUnits(a.name, b.name));
  return named.map(({ item }) => item);
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
