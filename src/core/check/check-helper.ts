/** Checks a call of an existing helper: its form, the number of its arguments, and its literals. */
import { arityOf, HELPERS, type KnownHelper } from '../helpers.ts';
import { nearest } from '../near.ts';
import type { Arguments, Expression, Node, SubExpression } from '../syntax-tree.ts';
import type { TemplateErrorCode } from './finding.ts';
import { EACH, hasOperator, isNot, NOT_OPERATOR, OPERATOR } from './foreign-syntax.ts';

export type Form = 'value' | 'block' | 'argument';

/** Reported at the call's name if there is no node. */
export interface HelperFault {
  readonly code: TemplateErrorCode;
  readonly message: string;
  readonly node?: Node;
  readonly data?: Readonly<Record<string, string>>;
}

export function checkHelper(helper: KnownHelper, args: Arguments, form: Form): HelperFault | undefined {
  const { name } = helper;
  const example = EXAMPLES.get(name) ?? `{{${name}}}`;
  const wrong = (message: string, node?: Node): HelperFault => ({
    code: 'wrong-arguments',
    message,
    ...(node && { node }),
  });
  if (helper.as === 'block' && form !== 'block')
    return wrong(`"${name}" is a block helper: write "${example}".`);
  if (helper.as === 'value' && form === 'block')
    return wrong(`"${name}" is not a block helper: write "${example}".`);
  if (form === 'argument' && STRUCTURE.has(name))
    return wrong(
      `"${name}" does not produce text, so it cannot be an argument. Write it in its own tag: "${example}".`,
    );
  const { least, most } = arityOf(helper);
  const count = args.params.length;
  const words = count > most ? wordsOf(args) : [];
  if (words.some(isNot)) return { code: 'foreign-syntax', message: NOT_OPERATOR };
  if (words.includes('as') && helper.blockParams !== undefined && form === 'block')
    return wrong('Write the names after "as" between bars, as in "as |item|".');
  if (name === 'each' && words.some(word => word === 'in' || word === 'of'))
    return { code: 'foreign-syntax', message: EACH };
  if (hasOperator(words)) return { code: 'foreign-syntax', message: OPERATOR };
  if (count === 0 && isCompared(name, args)) return { code: 'foreign-syntax', message: OPERATOR };
  if (count < least || count > most)
    return wrong(
      `"${name}" takes ${wordsOfCount(helper)}, not ${count === 0 ? 'none' : count}: write "${example}".`,
    );
  for (const { name: option, required } of helper.options)
    if (required === true && !args.hash?.pairs.some(({ key }) => key === option))
      return wrong(`"${name}" needs "${option}=": write "${example}".`);
  return checkLiterals(name, args, wrong);
}

/** Returns whether a condition is written as `{{#if status="open"}}`, which passes a named argument. */
function isCompared(name: string, { hash }: Arguments): boolean {
  return (
    (name === 'if' || name === 'unless') && hash?.pairs.some(({ key }) => key !== 'includeZero') === true
  );
}

/** Helpers whose values are not text. */
const STRUCTURE = new Set(['role', 'history', 'media', 'section']);

/** The words of the arguments that are paths. */
export function wordsOf({ params }: Arguments): readonly string[] {
  return params.flatMap(param => (param.type === 'PathExpression' ? [param.original] : []));
}

function checkLiterals(
  name: string,
  { params, hash }: Arguments,
  wrong: (message: string, node: Node) => HelperFault,
): HelperFault | undefined {
  const [first] = params;
  if (name === 'lookup') {
    const missing = params.find(isSeenAsNothing);
    return missing && wrong(NO_LOOKUP, missing);
  }
  if (name === 'role') return first === undefined ? undefined : checkRole(first);
  if (name === 'json' && first !== undefined && isSeenAsNothing(first))
    return wrong('A value is missing: name a variable, as in "{{json value}}".', first);
  if (name === 'section' && first !== undefined && isBlank(first))
    return wrong('A section needs a name: write "{{section "name"}}".', first);
  if (name !== 'media') return undefined;
  // If a name is given twice, the first counts.
  const url = hash?.pairs.find(({ key }) => key === 'url')?.value;
  if (url === undefined || !(isLiteral(url) || isSeenAsNothing(url))) return undefined;
  if (url.type === 'StringLiteral' && !isBlank(url)) return undefined;
  return wrong(
    '"url=" is not an address: write "{{media url=photo}}" with a variable, or the address in quotes.',
    url,
  );
}

const NO_LOOKUP =
  'A value is missing, so this is always empty: name variables, as in "{{lookup object key}}", or write the key in quotes.';

/** Returns whether an expression has no value, whatever the input is. */
export function isNothing(expression: Expression): boolean {
  if (expression.type !== 'SubExpression')
    return expression.type === 'NullLiteral' || expression.type === 'UndefinedLiteral';
  const { params } = expression;
  const name = nameOfCall(expression);
  return name === 'log' || (name === 'lookup' && params.some(isNothing));
}

/** Like `isNothing`, but false for a lookup, which is reported at its own arguments. */
function isSeenAsNothing(expression: Expression): boolean {
  const isLookup = expression.type === 'SubExpression' && nameOfCall(expression) === 'lookup';
  return !isLookup && isNothing(expression);
}

function nameOfCall({ path }: SubExpression): string {
  return path.type === 'PathExpression' && !path.data ? path.original : '';
}

function isBlank(expression: Expression): boolean {
  return (
    isSeenAsNothing(expression) || (expression.type === 'StringLiteral' && expression.value.trim() === '')
  );
}

function isLiteral({ type }: Expression): boolean {
  return type !== 'PathExpression' && type !== 'SubExpression';
}

/** The roles that Dotprompt defines. */
export const PROMPT_ROLES: readonly string[] = ['system', 'user', 'model', 'tool'];
const OTHER_ROLES: ReadonlyMap<string, string> = new Map([
  ...['assistant', 'ai', 'bot', 'agent', 'llm', 'chatbot'].map(name => [name, 'model'] as const),
  ...['human', 'customer'].map(name => [name, 'user'] as const),
  ...['developer', 'instructions'].map(name => [name, 'system'] as const),
  ['function', 'tool'],
]);

function checkRole(role: Expression): HelperFault | undefined {
  if (role.type === 'SubExpression') {
    const gives = isSeenAsNothing(role)
      ? 'gives nothing'
      : nameOfCall(role) === 'json'
        ? 'gives JSON'
        : undefined;
    return gives === undefined
      ? undefined
      : { code: 'unknown-role', node: role, message: `This ${gives}, which is not a role. ${NAMED}` };
  }
  if (!isLiteral(role)) return undefined;
  const name = role.type === 'StringLiteral' ? role.value : String((role as { original?: unknown }).original);
  const unknown = unknownRole(name);
  return unknown && { code: 'unknown-role', node: role, ...unknown };
}

const NAMED = 'Use "system", "user", "model" or "tool", as in {{role "system"}}.';

/** Returns an error for a role that Dotprompt does not support; otherwise undefined. */
export function unknownRole(name: string): Pick<HelperFault, 'message' | 'data'> | undefined {
  if (PROMPT_ROLES.includes(name)) return undefined;
  const lower = name.trim().toLowerCase();
  const near =
    OTHER_ROLES.get(lower) ?? (PROMPT_ROLES.includes(lower) ? lower : nearest(lower, PROMPT_ROLES));
  const shown = name.length > MAX_SHOWN ? 'This' : JSON.stringify(name);
  return near === undefined
    ? {
        message: `${shown} is not a role. ${NAMED}`,
        data: { name },
      }
    : { message: `${shown} is not a role. Did you mean "${near}"?`, data: { name, near } };
}

const MAX_SHOWN = 40;

/** The syntax of a helper. */
function exampleOf({ name, parameters, options, as }: KnownHelper): string {
  const needed = options.filter(({ required }) => required).map(({ name: option }) => ` ${option}=…`);
  const words = [name, ...parameters.map(parameter => parameter.name)].join(' ') + needed.join('');
  if (name === 'role') return '{{role "system"}}';
  return as === 'block' ? `{{#${words}}}…{{/${name}}}` : `{{${words}}}`;
}

const EXAMPLES: ReadonlyMap<string, string> = new Map(
  [...HELPERS.values()].map(helper => [helper.name, exampleOf(helper)]),
);

function wordsOfCount(helper: KnownHelper): string {
  const { least } = arityOf(helper);
  if (helper.takesMore === true) return `${least} or more arguments`;
  if (least === 0) return helper.options.length > 0 ? 'named arguments only' : 'no arguments';
  return least === 1 ? 'one argument' : least === 2 ? 'two arguments' : `${least} arguments`;
}
