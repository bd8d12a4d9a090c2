/**
 * Finds new names for inline partials that share theirs with another template. An inline partial belongs to the
 * template that defines it, but with all partials in one text, Handlebars would confuse the two.
 */
import type { LinkedPartial, LinkedTemplate } from './flatten.ts';
import { type InlineName, inlineNames } from './template.ts';

/** By template, the places of such names and the names to write there instead. */
export type InlinePartialRenames = ReadonlyMap<LinkedTemplate, readonly InlineName[]>;

/** @throws Problem `invalid_source` like `partialUses` */
export function uniqueInlines(root: LinkedTemplate): InlinePartialRenames {
  const templates = templatesOf(root);
  const written = new Map<LinkedTemplate, readonly InlineName[]>();
  for (const linked of templates)
    if (mayDefineInlines(linked.template)) written.set(linked, inlineNames(linked.template));
  if (written.size === 0) return written;
  const taken = new Set([...templates].flatMap(linked => ('id' in linked ? [linked.id as string] : [])));
  const all = new Set([...written.values()].flatMap(names => names.map(({ name }) => name)));
  const renames = new Map<LinkedTemplate, readonly InlineName[]>();
  for (const [linked, places] of written) {
    const names = new Map<string, string>();
    for (const name of new Set(places.map(place => place.name))) {
      const now = taken.has(name)
        ? freeName(linked, name, { has: it => taken.has(it) || all.has(it) })
        : name;
      taken.add(now);
      if (now !== name) names.set(name, now);
    }
    const renamed = places.flatMap(({ name, ...place }) => {
      const now = names.get(name);
      return now === undefined ? [] : [{ ...place, name: now }];
    });
    if (renamed.length > 0) renames.set(linked, renamed);
  }
  return renames;
}

/** All linked templates, each once, the root first. */
function templatesOf(root: LinkedTemplate): ReadonlySet<LinkedTemplate> {
  const found = new Set([root]);
  // Iterating over a set includes what is added meanwhile.
  for (const { partials } of found) for (const partial of partials.values()) found.add(partial);
  return found;
}

/** False if a template defines no inline partials; does not parse it. */
function mayDefineInlines(template: string): boolean {
  return /\{\{~?#\*/.test(template);
}

/** Such as `support/_layout@3:x`. */
function freeName(
  linked: LinkedTemplate | LinkedPartial,
  name: string,
  taken: { has(name: string): boolean },
): string {
  const plain = `${'id' in linked ? linked.id : ''}:${name.replaceAll(/[^\w./-]/g, '_')}`;
  let free = plain;
  for (let count = 2; taken.has(free); count++) free = `${plain}:${count}`;
  return free;
}
