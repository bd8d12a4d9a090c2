/** Determines whether two templates mean the same: compares trees without positions, comments and how text is split. */
import { readTemplate } from './read-template.ts';
import type { PartialUse } from './template.ts';

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

/** Properties of a node that do not affect its rendering. */
const IRRELEVANT = new Set([
  'loc',
  'strip',
  'openStrip',
  'closeStrip',
  'inverseStrip',
  'original',
  'leftStripped',
  'rightStripped',
  'chained',
]);

/**
 * Returns true if `content` may be inserted as text where `tree` calls it: not if it refers to its surroundings (`../`,
 * `@partial-block`, `{{#*inline}}`), or if a block parameter of `tree` could capture one of its names.
 */
export function mayStandInPlace(tree: hbs.AST.Program, content: string): boolean {
  return (
    !some(tree, node => Array.isArray(node['blockParams']) && node['blockParams'].length > 0) &&
    !some(readTemplate(content), reachesOut)
  );
}

function reachesOut(node: Node): boolean {
  if (node.type === 'DecoratorBlock' || node.type === 'Decorator') return true;
  return (
    node.type === 'PathExpression' && ((node['depth'] as number) > 0 || node['original'] === '@partial-block')
  );
}

/**
 * Returns true if the template with `uses` replaced by their contents parses to the tree that has those partials' trees
 * in place of the calls.
 */
export function sameMeaning(
  template: string,
  uses: readonly PartialUse[],
  contents: ReadonlyMap<string, string>,
): boolean {
  const chosen = new Map(uses.map(use => [use.start, use]));
  let spliced = '';
  let done = 0;
  for (const use of uses) {
    const edit = splice(template, use, contents.get(use.reference) ?? '');
    spliced += template.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  spliced += template.slice(done);
  const lines = lineOffsets(template);
  const expected = shape(readTemplate(template) as unknown as Node, node => {
    if (node.type !== 'PartialStatement' || node['indent'] !== '') return undefined;
    const { start } = node['loc'] as hbs.AST.SourceLocation;
    const use = chosen.get((lines[start.line - 1] ?? 0) + start.column);
    return use === undefined ? undefined : readTemplate(contents.get(use.reference) ?? '').body;
  });
  const tree = treeOf(spliced);
  return tree !== undefined && JSON.stringify(expected) === JSON.stringify(shape(tree, asItIs));
}

/**
 * Undefined for a text that cannot be read: where two templates meet, their braces and backslashes may form another
 * tag.
 */
function treeOf(text: string): Node | undefined {
  try {
    return readTemplate(text) as unknown as Node;
  } catch {
    return undefined; // Handlebars throws plain errors for a syntax error, and nothing else.
  }
}

/** The edit that replaces `use` with `content`. As in Handlebars, a tag alone on its line includes the end of that line. */
export function splice(
  template: string,
  use: PartialUse,
  content: string,
): { start: number; end: number; text: string } {
  const startsLine = use.start === 0 || /[\r\n]/.test(template[use.start - 1] ?? '');
  const rest = startsLine
    ? (/^[ \t]*\r?\n/.exec(template.slice(use.end, use.end + 256))?.[0].length ?? 0)
    : 0;
  return { start: use.start, end: use.end + rest, text: content };
}

/** Returns true if an `{{#*inline}}` block gives its partial the same tree that `content` has on its own. */
export function definesTheSame(inlineBlock: string, content: string): boolean {
  const { body: [block] = [] } = (treeOf(inlineBlock) ?? {}) as { body?: hbs.AST.DecoratorBlock[] };
  return (
    JSON.stringify(shape(block?.program.body, asItIs)) ===
    JSON.stringify(shape(readTemplate(content).body, asItIs))
  );
}

function lineOffsets(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n?|\n/g), match => match.index + match[0].length)];
}

/** The nodes to put in a node's place; undefined leaves it. */
type Substitute = (node: Node) => readonly unknown[] | undefined;
const asItIs: Substitute = () => undefined;

/** A node without irrelevant properties and comments, with adjacent text merged and nodes replaced by `substitute`. */
function shape(node: unknown, substitute: Substitute): unknown {
  if (Array.isArray(node)) {
    const out: unknown[] = [];
    const add = (item: unknown): void => {
      const replaced = isNode(item) ? substitute(item) : undefined;
      if (replaced === undefined) addShaped(item, substitute);
      // An inlined partial is not changed again: positions of its nodes are not those of the template.
      else for (const part of replaced) addShaped(part, asItIs);
    };
    const addShaped = (item: unknown, within: Substitute): void => {
      if (isNode(item) && item.type === 'CommentStatement') return;
      if (!isNode(item) || item.type !== 'ContentStatement') {
        out.push(shape(item, within));
        return;
      }
      const last = out.at(-1);
      const text = String(item['value']);
      if (text === '') return;
      if (typeof last === 'string') out[out.length - 1] = last + text;
      else out.push(text);
    };
    for (const item of node) add(item);
    return out;
  }
  if (typeof node !== 'object' || node === null) return node;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (!IRRELEVANT.has(key) || (key === 'original' && !('parts' in node)))
      kept[key] = shape(value, substitute);
  }
  return kept;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function some(node: unknown, test: (node: Node) => boolean): boolean {
  if (Array.isArray(node)) return node.some(item => some(item, test));
  if (!(typeof node === 'object' && node !== null)) return false;
  return (isNode(node) && test(node)) || Object.values(node).some(value => some(value, test));
}
