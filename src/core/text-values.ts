/**
 * Every `{{expression}}` of a template made to give text. Handlebars without HTML escaping joins neighbouring values
 * with `+`, so `{{a}}{{b}}` of 1 and 2 would render as 3, and a lone `{{a}}` of 5 as no text at all.
 */
import Handlebars from 'handlebars';
import { parseTemplate } from './template.ts';
import { KNOWN_HELPERS } from './variables.ts';

/** A name that no template can spell by accident. */
export const TEXT_HELPER = ' text';

/** What `TEXT_HELPER` does: the value as Handlebars writes it, nothing for null and undefined. */
export function textOfValue(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

/** The tree of `template` with each expression's value passed through `TEXT_HELPER`. */
export function withTextValues(template: string): hbs.AST.Program {
  const tree = parseTemplate(template);
  const visitor = new (class extends Handlebars.Visitor {
    override MustacheStatement(node: hbs.AST.MustacheStatement): void {
      const value = expressionOf(node);
      if (value === undefined) return;
      node.path = path(TEXT_HELPER, [TEXT_HELPER], node.loc);
      node.params = [value];
      delete (node as { hash?: hbs.AST.Hash }).hash;
    }
  })();
  visitor.accept(tree);
  return tree;
}

/** The expression as a parameter; undefined where a computed helper name leaves it as it is. */
function expressionOf(node: hbs.AST.MustacheStatement): hbs.AST.Expression | undefined {
  const { loc } = node;
  if (node.path.type !== 'PathExpression') {
    if (!('original' in node.path)) return undefined;
    // Handlebars reads a literal in this place as the name of a field.
    const name = String(node.path.original);
    return path(name, [name], loc);
  }
  const called = node.path as hbs.AST.PathExpression;
  const isHelper = node.params.length > 0 || node.hash !== undefined || KNOWN_HELPERS.has(called.original);
  if (!isHelper) return called;
  return {
    type: 'SubExpression',
    path: called,
    params: node.params,
    hash: node.hash,
    loc,
  } as hbs.AST.SubExpression;
}

function path(original: string, parts: string[], loc: hbs.AST.SourceLocation): hbs.AST.PathExpression {
  return { type: 'PathExpression', data: false, depth: 0, parts, original, loc };
}
