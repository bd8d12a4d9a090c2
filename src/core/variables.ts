/** The variables of a template: what it reads from the input, told from helpers, block parameters and inner contexts. */
import Handlebars from 'handlebars';
import { readTemplate } from './template.ts';

/** Handlebars' built-in helpers and Dotprompt's. */
export const KNOWN_HELPERS: ReadonlySet<string> = new Set([
  'if',
  'unless',
  'each',
  'with',
  'lookup',
  'log',
  'blockHelperMissing',
  'helperMissing',
  'history',
  'ifEquals',
  'json',
  'media',
  'role',
  'section',
  'unlessEquals',
]);
/** Block helpers whose body has another context than the block around it. */
const CONTEXT_CHANGING = new Set(['each', 'with']);

/**
 * The first segments of paths that are read from the input itself and are not in `declared`, in the order they
 * first stand. A path inside `{{#each}}` or `{{#with}}` belongs to that block's context unless `../` leads out.
 */
export function undeclaredVariables(template: string, declared: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  const contexts: number[] = [];
  const params: string[][] = [];
  const visitor = new (class extends Handlebars.Visitor {
    override BlockStatement(block: hbs.AST.BlockStatement): void {
      const name = String(block.path.original);
      const changes = CONTEXT_CHANGING.has(name) || !KNOWN_HELPERS.has(name);
      if (!KNOWN_HELPERS.has(name)) this.accept(block.path);
      this.acceptArray(block.params);
      this.accept(block.hash);
      params.push(block.program?.blockParams ?? []);
      if (changes) contexts.push(1);
      this.accept(block.program);
      if (changes) contexts.pop();
      params.pop();
      this.accept(block.inverse);
    }
    override MustacheStatement(node: hbs.AST.MustacheStatement): void {
      const isHelper =
        node.path.type === 'PathExpression' &&
        KNOWN_HELPERS.has((node.path as hbs.AST.PathExpression).original);
      if (!isHelper) this.accept(node.path);
      this.acceptArray(node.params);
      this.accept(node.hash);
    }
    override SubExpression(node: hbs.AST.SubExpression): void {
      this.acceptArray(node.params);
      this.accept(node.hash);
    }
    override PathExpression(path: hbs.AST.PathExpression): void {
      const name = path.parts[0];
      if (path.data || name === undefined || path.depth !== contexts.length) return;
      if (params.some(names => names.includes(name)) || declared.has(name)) return;
      found.add(name);
    }
  })();
  visitor.accept(readTemplate(template));
  return [...found];
}
