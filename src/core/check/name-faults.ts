/** Faults of names in calls: helpers and partials that do not exist, and words of other template languages. */
import { HELPERS } from '../helpers.ts';
import { nearest } from '../near.ts';
import { type Arguments, hasArguments, type PathExpression } from '../syntax-tree.ts';
import { type Form, type HelperFault, wordsOf } from './check-helper.ts';
import {
  foreignCall,
  foreignWord,
  GO,
  hasOperator,
  JSON_BRACES,
  NOT_ELSE,
  OPERATOR,
} from './foreign-syntax.ts';

const MAX_SHOWN = 40;

/** Error for a partial whose name is computed. */
export const COMPUTED_NAME =
  'A partial must be named, not computed: the meaning of a computed name could change after publishing. Use {{#if}} around named partials.';

export function givenTwice(name: string): string {
  const shown = name.length > MAX_SHOWN ? 'This argument' : `"${name}"`;
  return `${shown} is given twice. Remove one of the two.`;
}

export function undefinedPartial(name: string): string {
  return `The partial "${name}" is not defined here: move {{#*inline "${name}"}} into this block or one around it.`;
}

/** Handlebars reads a literal in place of a name as a name: `{{"key": "value"}}` is the variable "key". */
export function literalPath(name: string, args: Arguments): HelperFault {
  const words = wordsOf(args);
  const [first = ''] = words;
  if (!first.startsWith(':') && hasOperator(words)) return { code: 'foreign-syntax', message: OPERATOR };
  const isJson = first.startsWith(':') || args.params.length > 0;
  const shown = name.length > MAX_SHOWN ? 'this' : `"${name}"`;
  return isJson
    ? { code: 'literal-path', message: JSON_BRACES }
    : {
        code: 'literal-path',
        message: `Handlebars reads ${shown} as the name of a variable. Write "\\{{" or "{ {" for the braces themselves, or {{[${name.slice(0, MAX_SHOWN)}]}} for a variable of this name.`,
      };
}

export function internal(name: string): HelperFault {
  return { code: 'unknown-helper', message: `"${name}" is internal to Handlebars. Remove it.` };
}

export function taken(name: string): HelperFault {
  return {
    code: 'unknown-helper',
    message: `Handlebars takes "@${name}" for its helper "${name}" here. Give the value another name.`,
  };
}

/**
 * Handlebars reads `{{#else}}` as a block on the variable "else", and `{{ELSE}}` as a variable.
 * @param name as written, because a name in brackets is intended
 */
export function notElse(name: string, form: Form): HelperFault | undefined {
  // `{{else:}}` is an else that begins a block on ":".
  const isElse = form === 'block' ? name === 'else' || name === ':' : /^:?else:?$/i.test(name);
  return isElse ? { code: 'template-syntax', message: NOT_ELSE } : undefined;
}

/** Error for a tag that closes or continues a block in Jinja. */
export function foreignEnd(name: string): HelperFault | undefined {
  const message = foreignWord(name);
  return message === undefined ? undefined : { code: 'foreign-syntax', message };
}

/** Error for a path or a block parameter that is called like a helper. */
export function noHelper(name: string, args: Arguments): HelperFault {
  const words = wordsOf(args);
  const foreign = foreignCall('', words);
  if (foreign !== undefined) return { code: 'foreign-syntax', message: foreign };
  const message = hasArguments(args)
    ? `"${name}" is a variable, and variables take no arguments. Remove what follows it.`
    : `"${name}" is a variable, not a helper: remove the parentheses.`;
  return { code: 'unknown-helper', message, data: { name } };
}

export function unknownHelper({ original: name }: PathExpression, args: Arguments): HelperFault {
  const words = wordsOf(args);
  // `x := 1` is `x` with an argument that is named ":".
  const isGo = args.hash?.pairs.some(({ key }) => key === ':') === true;
  const foreign = isGo ? GO : foreignCall(name, words);
  if (foreign !== undefined) return { code: 'foreign-syntax', message: foreign };
  const near = nearest(name, HELPERS.keys());
  if (near !== undefined)
    return {
      code: 'unknown-helper',
      message: `There is no helper "${name}". Did you mean "${near}"?`,
      data: { name, near },
    };
  if (!hasArguments(args))
    return {
      code: 'unknown-helper',
      message: `There is no helper "${name}". For a variable, remove the parentheses.`,
      data: { name },
    };
  const isSpaced = args.params.length > 0 && words.length === args.params.length && !args.hash;
  const spaced = [name, ...words].join(' ');
  const advice =
    isSpaced && spaced.length <= MAX_SHOWN
      ? `For a variable with spaces in its name, write {{[${spaced}]}}.`
      : `There are ${[...HELPERS.keys()].join(', ')}.`;
  return {
    code: 'unknown-helper',
    message: `There is no helper "${name}", and variables take no arguments. ${advice}`,
    data: { name },
  };
}
