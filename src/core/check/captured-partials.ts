/**
 * Finds inline partials that would capture another template's partial: where `{{#*inline "x"}}` is defined, Handlebars
 * also uses that "x" in called templates, instead of their own "x". Here a name belongs to the template that writes it,
 * so such a name is an error.
 */
import type { Program, Statement } from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import type { TemplateError } from './finding.ts';
import { nameOfInline, PARTIAL_BLOCK, statementsOf } from './inline-partials.ts';
import { inspectTemplate } from './inspect-template.ts';
import type { ParsedTemplate, Templates } from './partial-blocks.ts';

/** One error for each name that `root` defines and that a template called where it is defined also uses. */
export function capturedPartials<T extends ParsedTemplate>(
  root: T,
  templates: Templates<T>,
): readonly TemplateError[] {
  const { inlineNames: names } = inspectTemplate(root.tree);
  if (names.size === 0) return [];
  const reached = new Map<T, ReadonlySet<string>>();
  const captured = new Map<string, string>();
  for (const { reference, visible } of callsOf(root.tree)) {
    const callee = templates.partial(root, reference);
    if (callee === undefined) continue;
    const known = reached.get(callee) ?? allFreeNames(callee, templates);
    reached.set(callee, known);
    for (const name of visible) if (known.has(name) && !captured.has(name)) captured.set(name, reference);
  }
  if (captured.size === 0) return [];
  const lines = lineStarts(root.text);
  const told = new Set<string>();
  return [...statementsOf(root.tree)].flatMap((statement): readonly TemplateError[] => {
    const name = nameOfInline(statement);
    const reference = name === undefined ? undefined : captured.get(name);
    if (name === undefined || reference === undefined || told.has(name)) return [];
    told.add(name);
    const { start, end } = ('params' in statement ? statement.params[0] : undefined)?.loc ?? statement.loc;
    return [
      {
        code: 'captured-partial',
        start: offsetOf(lines, start.line, start.column),
        end: offsetOf(lines, end.line, end.column),
        message: `The partial "${reference}" uses another "${name}", which Handlebars would replace with this one. Give this one another name.`,
        data: { name },
      },
    ];
  });
}

interface Call {
  readonly reference: string;
  /** Names of the inline partials that Handlebars passes on to the callee. */
  readonly visible: ReadonlySet<string>;
}

/** The calls of partials that a template does not define itself. */
function callsOf(tree: Program): readonly Call[] {
  const { inlineNames: all } = inspectTemplate(tree);
  const calls: Call[] = [];
  walk(tree, all, (statement, scope) => {
    const reference = referenceOf(statement);
    if (reference === undefined || all.has(reference)) return;
    // A call with a block also passes on what the block defines.
    const own = statement.type === 'PartialBlockStatement' ? definedIn(statement.program) : [];
    calls.push({ reference, visible: own.length === 0 ? scope : new Set([...scope, ...own]) });
  });
  return calls;
}

/** The names that a template, and all templates it calls, use without defining them in that place. */
function allFreeNames<T extends ParsedTemplate>(root: T, templates: Templates<T>): ReadonlySet<string> {
  const names = new Set<string>();
  const reached = new Set([root]);
  // Iterating over a set includes what is added meanwhile.
  for (const template of reached) {
    const { inlineNames: own } = inspectTemplate(template.tree);
    for (const name of freeNames(template.tree)) {
      names.add(name);
      const partial = own.has(name) ? undefined : templates.partial(template, name);
      if (partial !== undefined) reached.add(partial);
    }
  }
  return names;
}

const known = new WeakMap<Program, ReadonlySet<string>>();

function freeNames(tree: Program): ReadonlySet<string> {
  const found = known.get(tree);
  if (found !== undefined) return found;
  const names = new Set<string>();
  walk(tree, undefined, (statement, scope) => {
    const reference = referenceOf(statement);
    if (reference !== undefined && !scope.has(reference)) names.add(reference);
  });
  known.set(tree, names);
  return names;
}

/**
 * Visits every statement with the names of the inline partials that are defined there.
 * @param all the names within an inline partial or the block of a call of one, where those of the caller may be defined
 * too; default: the names around it
 */
function walk(
  tree: Program,
  all: ReadonlySet<string> | undefined,
  visit: (statement: Statement, scope: ReadonlySet<string>) => void,
): void {
  const waiting: (readonly [Program | undefined | null, ReadonlySet<string>])[] = [[tree, new Set()]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [program, around] = next;
    const own = around === all ? [] : definedIn(program);
    const scope = own.length === 0 ? around : new Set([...around, ...own]);
    for (const statement of program?.body ?? []) {
      visit(statement, scope);
      const isDynamic =
        statement.type === 'DecoratorBlock' || all?.has(referenceOf(statement) ?? '') === true;
      const within = isDynamic ? (all ?? scope) : scope;
      if ('program' in statement) waiting.push([statement.program, within]);
      if ('inverse' in statement) waiting.push([statement.inverse, within]);
    }
  }
}

function definedIn(program: Program | undefined | null): readonly string[] {
  return program?.body.flatMap(statement => nameOfInline(statement) ?? []) ?? [];
}

/** The reference in a call of a partial; undefined for a computed name, `@partial-block` and other statements. */
function referenceOf(statement: Statement): string | undefined {
  if (statement.type !== 'PartialStatement' && statement.type !== 'PartialBlockStatement') return undefined;
  const { name } = statement;
  if (name.type === 'SubExpression' || name.original === PARTIAL_BLOCK) return undefined;
  return String(name.original);
}
