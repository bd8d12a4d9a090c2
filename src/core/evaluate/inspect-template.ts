/** What can be told of a template before it runs: the partials it defines, and calls that no input makes right. */
import { KNOWN_HELPERS } from '../known-helpers.ts';
import {
  type Arguments,
  argumentsOf,
  asPath,
  type Callee,
  type Expression,
  isSimple,
  type Node,
  type Program,
  type Statement,
} from './syntax-tree.ts';

export interface Inspection {
  /** Names of the partials that it defines with `{{#*inline}}`. */
  readonly inlineNames: ReadonlySet<string>;
  readonly hasDecorators: boolean;
  /** Where it uses each partial that it does not define itself, by reference. */
  readonly uses: ReadonlyMap<string, Node>;
  /** The first call that cannot be evaluated, also in a branch that never runs. */
  readonly refusal: { readonly node: Node; readonly message: string } | undefined;
}

/** The name of the body that a block partial is called with. */
export const PARTIAL_BLOCK = '@partial-block';
const COMPUTED_NAME =
  'A partial must be named, not computed: what a computed name means could change after publishing. Use {{#if}} around named partials.';

const inspected = new WeakMap<Program, Inspection>();

export function inspectTemplate(tree: Program): Inspection {
  const known = inspected.get(tree);
  if (known !== undefined) return known;
  const inspector = new Inspector();
  inspector.program(tree, []);
  const { inlineNames, hasDecorators, refusal } = inspector;
  const uses = new Map([...inspector.uses].filter(([reference]) => !inlineNames.has(reference)));
  const inspection = { inlineNames, hasDecorators, uses, refusal };
  inspected.set(tree, inspection);
  return inspection;
}

class Inspector {
  readonly inlineNames = new Set<string>();
  readonly uses = new Map<string, Node>();
  hasDecorators = false;
  refusal: Inspection['refusal'];

  /** @param names the block parameters around it */
  program(program: Program | undefined | null, names: readonly string[]): void {
    if (program === undefined || program === null) return;
    const { blockParams = [] } = program;
    const within = blockParams.length === 0 ? names : [...names, ...blockParams];
    for (const statement of program.body) this.#statement(statement, within);
  }

  #statement(statement: Statement, names: readonly string[]): void {
    switch (statement.type) {
      case 'MustacheStatement':
        if (statement.path.type === 'PathExpression') this.#call(statement, statement.path, names);
        return;
      case 'BlockStatement':
        this.#call(statement, statement.path, names);
        this.program(statement.program, names);
        this.program(statement.inverse, names);
        return;
      case 'PartialStatement':
      case 'PartialBlockStatement': {
        const { name } = statement;
        if (name.type === 'SubExpression') this.#refuse(name, COMPUTED_NAME);
        else if (name.original !== PARTIAL_BLOCK && !this.uses.has(String(name.original)))
          this.uses.set(String(name.original), statement);
        const [, second] = statement.params;
        if (second !== undefined)
          this.#refuse(
            second,
            'A partial takes one argument, its context. Give the others a name: {{> partial name=value}}.',
          );
        this.#arguments(statement, names);
        if ('program' in statement) this.program(statement.program, names);
        return;
      }
      case 'Decorator':
      case 'DecoratorBlock': {
        this.hasDecorators = true;
        const [name] = statement.params;
        if (statement.type === 'DecoratorBlock' && name?.type === 'StringLiteral')
          this.inlineNames.add(name.value);
        this.program(statement.program, names);
        return;
      }
      default:
    }
  }

  #call(node: Node & Arguments, callee: Callee, names: readonly string[], isCall = hasArguments(node)): void {
    const path = asPath(callee);
    const [name] = path.parts;
    const isParameter = isSimple(path) && names.includes(name ?? '');
    if (isCall && !isParameter && (name === undefined || !KNOWN_HELPERS.has(name)))
      this.#refuse(node, unknownHelper(path.original));
    this.#arguments(node, names);
  }

  #arguments(of: Arguments, names: readonly string[]): void {
    for (const expression of argumentsOf(of)) this.#expression(expression, names);
  }

  #expression(expression: Expression, names: readonly string[]): void {
    if (expression.type === 'SubExpression') this.#call(expression, expression.path, names, true);
  }

  #refuse(node: Node, message: string): void {
    this.refusal ??= { node, message };
  }
}

/** Whether something is called with arguments, which only helpers take. */
export function hasArguments({ params, hash }: Arguments): boolean {
  return params.length > 0 || (hash !== undefined && hash !== null);
}

function unknownHelper(name: string): string {
  const helpers = [...KNOWN_HELPERS].filter(helper => !/missing/i.test(helper)).join(', ');
  return `There is no helper "${name}", and a variable takes no arguments. There are ${helpers}.`;
}
