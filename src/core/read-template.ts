/** Reads templates with Handlebars' own parser. */
import { parse } from './parser.ts';

/**
 * The template's AST after whitespace control, which the caller may keep or change.
 * @throws Error of Handlebars; `checkTemplate` finds its place
 */
export function parseTemplate(template: string): hbs.AST.Program {
  return parse(template);
}

/** Like `parseTemplate`, but the tree is shared and must not change: one rendering reads a template several times. */
export function readTemplate(template: string): hbs.AST.Program {
  const tree = kept.get(template) ?? large.get(template)?.deref() ?? parse(template);
  // The most recently used entries are kept longest.
  if (template.length > MAX_KEPT_LENGTH) keep(large, template, new WeakRef(tree), MAX_LARGE);
  else keep(kept, template, tree, MAX_KEPT);
  return tree;
}

function keep<T>(trees: Map<string, T>, template: string, tree: T, most: number): void {
  trees.delete(template);
  trees.set(template, tree);
  const [oldest] = trees.keys();
  if (trees.size > most && oldest !== undefined) trees.delete(oldest);
}

const MAX_KEPT = 16;
/** In UTF-16 code units; a tree takes some hundred times as many bytes. */
const MAX_KEPT_LENGTH = 16 * 1024;
const kept = new Map<string, hbs.AST.Program>();
/** Larger trees are only kept until the engine needs their memory, but at least for the task that read them. */
const MAX_LARGE = 4;
const large = new Map<string, WeakRef<hbs.AST.Program>>();
