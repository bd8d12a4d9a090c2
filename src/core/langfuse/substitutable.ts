/**
 * Checks whether Langfuse's clients can render a template. They only substitute `{{variable}}`
 * (https://langfuse.com/docs/prompt-management/features/variables), so anything else is refused, with its place.
 */
import { inexpressibleAt } from '../evaluate/problems.ts';
import { type Template, templateOf } from '../evaluate/template.ts';
import type { LinkedPartial } from '../flatten.ts';
import { KNOWN_HELPERS } from '../known-helpers.ts';
import { asObject } from '../prompt-data.ts';
import {
  asPath,
  type Callee,
  hasArguments,
  isSimple,
  type MustacheStatement,
  type Node,
  type PartialStatement,
  type Statement,
} from '../syntax-tree.ts';

/** The inputs that substitution alone would write differently from rendering. */
export interface UnfitInputs {
  readonly defaults: Readonly<Record<string, unknown>>;
  /** The schemas of inputs, by name. */
  readonly properties: Readonly<Record<string, unknown>>;
}

const INSTEAD = 'Write the prompt without it, or fetch it with promptforge/client.';
const ROLES: ReadonlySet<unknown> = new Set(['system', 'user', 'model', 'assistant', 'developer']);

/** @throws Problem `not_acceptable` with the place of what only rendering can do */
export function checkSubstitutable(template: Template, inputs: UnfitInputs): void {
  check(template, inputs, false, new Map());
}

/**
 * @param isIndented whether it is a partial alone on an indented line, where each line of a value is indented
 * @param checked the partials that were checked, and whether as indented ones
 */
function check(
  template: Template,
  inputs: UnfitInputs,
  isIndented: boolean,
  checked: Map<LinkedPartial, boolean>,
): void {
  for (const statement of template.tree.body) {
    switch (statement.type) {
      case 'ContentStatement':
      case 'CommentStatement':
        break;
      case 'MustacheStatement':
        checkTag(statement, template, inputs, isIndented);
        break;
      case 'PartialStatement': {
        const partial = partialOf(statement, template);
        const indented = isIndented || statement.indent !== '';
        if (checked.has(partial) && (checked.get(partial) || !indented)) break;
        checked.set(partial, indented);
        check(templateOf(partial), inputs, indented, checked);
        break;
      }
      default:
        throw refused(template, statement, `Langfuse's clients do not support ${nameOfBlock(statement)}.`);
    }
  }
}

function checkTag(
  node: MustacheStatement,
  template: Template,
  { defaults, properties }: UnfitInputs,
  isIndented: boolean,
): void {
  if (isRole(node)) return;
  const name = variableOf(node);
  if (name === undefined) throw refused(template, node, `Langfuse's clients cannot read ${written(node)}.`);
  if (isIndented)
    throw refused(
      template,
      node,
      `The partial with {{${name}}} is on an indented line, and Langfuse's clients do not indent the lines of a value.`,
      'Write the partial at the beginning of a line',
    );
  if (Object.hasOwn(defaults, name) && (defaults[name] ?? null) !== null)
    throw refused(
      template,
      node,
      `The input "${name}" has a default, which Langfuse's clients do not know.`,
      'Remove the default from the front matter',
    );
  const types = typesOf(properties[name]);
  const isList = types.has('array');
  if (isList || types.has('object'))
    throw refused(
      template,
      node,
      `The input "${name}" ${types.size > 1 ? 'may be' : 'is'} ${isList ? 'a list' : 'an object'}, which Langfuse's clients cannot write.`,
    );
}

/** The types that a schema names, including alternatives. A schema without any may be anything, and so a text. */
function typesOf(schema: unknown): ReadonlySet<unknown> {
  const { type, anyOf, oneOf, allOf, properties, items } = asObject(schema);
  const named =
    type === undefined ? [...(properties ? ['object'] : []), ...(items ? ['array'] : [])] : [type];
  const others = [anyOf, oneOf, allOf].flatMap(all => (Array.isArray(all) ? all : []));
  return new Set([...named.flat(), ...others.flatMap(each => [...typesOf(each)])]);
}

/** The name in `{{name}}`; undefined for a tag that is anything else. */
export function variableOf(node: MustacheStatement): string | undefined {
  const { path: callee } = node;
  const path = asPath(callee);
  const [name = ''] = path.parts;
  const isHelper = callee.type === 'PathExpression' && KNOWN_HELPERS.has(path.original);
  if (hasArguments(node) || isHelper || path.data || !isSimple(path)) return undefined;
  // If no value is given, Mustache finds properties that every object inherits.
  return /^[A-Za-z_]\w*$/.test(name) && !(name in Object.prototype) ? name : undefined;
}

function isRole({ path, params, hash }: MustacheStatement): boolean {
  const [role] = params;
  return (
    path.type === 'PathExpression' &&
    path.original === 'role' &&
    params.length === 1 &&
    role?.type === 'StringLiteral' &&
    ROLES.has(role.value) &&
    (hash?.pairs.length ?? 0) === 0
  );
}

function partialOf(node: PartialStatement, template: Template): LinkedPartial {
  const { name } = node;
  if (name.type !== 'SubExpression' && !hasArguments(node)) {
    const partial = template.partials.get(String(name.original));
    if (partial !== undefined) return partial;
  }
  throw refused(template, node, "Langfuse's clients pass no arguments to a partial.");
}

function nameOfBlock(statement: Exclude<Statement, { type: 'ContentStatement' }>): string {
  if (statement.type === 'BlockStatement') {
    if (statement.openStrip.open === undefined) return 'raw blocks';
    return `{{#${shown(statement.path)} …}}`;
  }
  return statement.type === 'PartialBlockStatement' ? '{{#> partial}} blocks' : '{{#*inline}} partials';
}

function written(node: MustacheStatement): string {
  return `{{${shown(node.path)}${hasArguments(node) ? ' …' : ''}}}`;
}

function shown({ original }: Callee): string {
  return String(original).slice(0, 60);
}

function refused(template: Template, node: Node, reason: string, remedy?: string) {
  const instead = remedy === undefined ? INSTEAD : `${remedy}, or fetch the prompt with promptforge/client.`;
  return inexpressibleAt(template, node, `${reason} ${instead}`);
}
