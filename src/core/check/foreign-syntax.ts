/** Recognizes tags of other template languages, which Handlebars would misread. */

export const GO =
  'This is Go template syntax. Handlebars writes a variable without a dot before it, {{name}}, and blocks as {{#if name}}…{{/if}} and {{#each items}}…{{/each}}.';
export const JSON_BRACES =
  'This is JSON, and "{{" begins a tag. Write "\\{{" or "{ {" for the braces themselves; only Python’s format strings double them.';
export const NOT_ELSE = 'Write {{else}}, and close only the block it is in.';
export const OPERATOR =
  'Handlebars has no operators. Pass a boolean, or use {{#ifEquals one other}}…{{/ifEquals}}.';
export const NOT_OPERATOR = 'Handlebars has no operators. For "not", use {{#unless condition}}…{{/unless}}.';
export const FILTER =
  'Handlebars has no filters: "|" is Jinja or Go template syntax. Pass the value as it should be written.';
const TRIM =
  'The "-" beside the braces is Jinja or Go template syntax. Handlebars trims white space with "~", as in {{~name~}}.';
const FORMAT =
  'This is a Python format. Handlebars writes values as they are: pass the text as it should be written.';
export const EACH = 'Handlebars loops with {{#each items as |item|}}…{{/each}}.';

/** Explains a path in the syntax of another language, by its offsets in `text`; undefined if it is Handlebars. */
export function foreignPath(
  text: string,
  { start, end }: { start: number; end: number },
): string | undefined {
  const written = text.slice(start, end);
  if (LIST.test(written)) return NO_OBJECTS;
  if (QUOTED_NAME.test(written)) return QUOTED;
  const words = written.replace(/\[[^\]]*\]/g, '[]');
  if (/\s|^\$\./.test(words)) return GO;
  if (words.includes('?.')) return CHAIN;
  if (OPTIONAL.test(words)) return OPTIONAL_MARK;
  if (OPERATOR_IN_WORD.test(words)) return OPERATOR;
  if (/^:\w|.:$/.test(words) && !/else:?$/i.test(words) && /^\s*~?\}/.test(text.slice(end, end + 12)))
    return COLON;
  if (/^\$\w/.test(words)) return /^\s{0,9}(?:,|:=)/.test(text.slice(end, end + 12)) ? GO : DOLLAR;
  if (/^-|-$/.test(words)) {
    const isAtBraces =
      (words.startsWith('-') && text.startsWith('{{', start - 2)) ||
      (words.endsWith('-') && text.startsWith('}}', end));
    return isAtBraces ? TRIM : OPERATOR;
  }
  return FORMATTED.test(words) ? FORMAT : undefined;
}

const CHAIN = 'Handlebars needs no "?": a path has no value if one of its parts is not given. Remove it.';

const COLON = 'A ":" is not Handlebars. Remove it.';
const NO_OBJECTS = 'Handlebars cannot write an object or a list here. Pass an input.';
const QUOTED = 'In brackets a name has no quotes.';
/** `user.["first name"]` */
const QUOTED_NAME = /(?:^|[./])\[\s*(["'])[^[\]]*\1\s*\]/;
/** `[1, "two"]`, which Handlebars reads as a name in brackets. */
const LIST = /^\[\s*[-\d"'][^\],]*,[^\]]*\]$/;

/** `new?a:b`, `a??b`, and signs that only people write, such as `≤`. */
const OPERATOR_IN_WORD = /[^?]\?|\?[^?:]|[≤≥≠]/;

/** The mark of an optional input in Picoschema, an optional property in TypeScript and a predicate in Ruby. */
const OPTIONAL = /[^./?]\?(?=$|[./])/;
const OPTIONAL_MARK =
  'The "?" of an optional input belongs only in the schema: in the text, a missing value is empty. Remove it. Write a name that contains a "?" in brackets, {{[name?]}}.';
const DOLLAR =
  'This is a variable of Go, PHP or a shell. Handlebars writes a variable without "$", as in {{name}}. Write a name that contains a "$" in brackets, {{[$name]}}.';

/** A name with a Python format: `price:.2f`, `rank:03`. */
const FORMATTED = /^[\w.]+:(?=.*\d)[<>^=+\-#0-9]*\.?\d*[bcdeEfFgGnosxX%]?$/;
/** A whole tag that only Python can read, with an alignment, a comma or a date format: `price:>10,.2f`. */
const FORMATTED_TAG = /^\s*[\w.]+(?:\[[^\]\s]{0,40}\])?(?:![rsa])?:[^\s{}"'|]*~?\}\}/;
/** A Go variable assignment: `$i, $item := .Items`. */
const GO_VALUE = /(?:^|\s)\$?\w{1,80}\s{0,9}(?:,\s{0,9}\$?\w{1,80}\s{0,9})?:=/;

/** Words that are operators between values, in any case. */
const OPERATORS = new Set([
  ...['and', 'or', 'is', 'in', 'if', 'contains'],
  ...['eq', 'ne', 'gt', 'lt'],
  ...['?', '??', '?:', '-', ':', '===', '=='],
]);

/** Explains a call in another language. `words` are those of its arguments that are paths. */
export function foreignCall(name: string, words: readonly string[]): string | undefined {
  if (name.endsWith(':') || (words[0]?.startsWith(':') && !words.includes('?'))) return JSON_BRACES;
  if (isNot(name)) return NOT_OPERATOR;
  if (LOOPS.has(name)) return EACH;
  return hasOperator(words) ? OPERATOR : KEYWORDS.get(name);
}

export function hasOperator(words: readonly string[]): boolean {
  return words.some(word => OPERATORS.has(word.toLowerCase()));
}

export function isNot(word: string): boolean {
  return word.toLowerCase() === 'not';
}

/** Explains a tag of one word in another language. */
export function foreignWord(name: string): string | undefined {
  if (ENDS.has(name)) return END;
  return name === 'elif' || name === 'elsif' || name === 'elseif' ? KEYWORDS.get(name) : undefined;
}

const END = 'This is Jinja. Handlebars closes a block by its name, as in {{/if}} and {{/each}}.';
const ENDS = new Set(
  ['if', 'for', 'each', 'foreach', 'unless', 'with', 'block', 'macro', 'raw', 'set', 'while'].map(
    block => `end${block}`,
  ),
);
const LOOPS = new Set(['for', 'foreach', 'forEach', 'range', 'loop', 'every']);
const INCLUDE = 'Handlebars includes a partial with {{> name}}.';
const DEFINE = 'Handlebars writes {{#*inline "name"}}…{{/inline}}.';
const EQUAL = 'Handlebars compares with {{#ifEquals one other}}…{{/ifEquals}}.';
const UNEQUAL = 'Handlebars compares with {{#unlessEquals one other}}…{{/unlessEquals}}.';
const NO_VARIABLES =
  'Handlebars sets no variables. Pass the value as an input, or use {{#with value as |name|}}…{{/with}}.';

/** The advice for names that are helpers in other languages. */
const KEYWORDS: ReadonlyMap<string, string> = new Map([
  ...['elif', 'elsif', 'elseif'].map(name => [name, 'Handlebars writes {{else if condition}}.'] as const),
  ...['include', 'template', 'partial', 'import', 'render'].map(name => [name, INCLUDE] as const),
  ...['define', 'block', 'macro'].map(name => [name, DEFINE] as const),
  ...['set', 'let', 'var', 'assign'].map(name => [name, NO_VARIABLES] as const),
  ...['eq', 'equals', 'equal', 'is', 'isEqual', 'ifEq', 'ifeq', 'if_eq', 'compare'].map(
    name => [name, EQUAL] as const,
  ),
  ...['ne', 'neq', 'notEqual', 'isnt', 'unlessEq', 'unless_eq'].map(name => [name, UNEQUAL] as const),
  ...['and', 'or', 'gt', 'gte', 'ge', 'lt', 'lte', 'le', 'add', 'sub', 'math'].map(
    name => [name, OPERATOR] as const,
  ),
]);

const AS_BEFORE_BARS = 'Write "as" before the bars, as in {{#each items as |item|}}.';
const ONE_ITEM =
  'Handlebars reads one item, counted from the first, as in "items.[0]", not part of a list. Pass the value as an input.';

/** Explains an else outside any block by a foreign tag before it that begins a block. `text` ends at the else. */
export function foreignBlock(
  text: string,
): { readonly start: number; readonly end: number; readonly message: string } | undefined {
  const last = [...text.slice(-MAX_BEFORE).matchAll(FOREIGN_BLOCK)].at(-1);
  if (last === undefined) return undefined;
  const [tag, word = ''] = last;
  const start = Math.max(0, text.length - MAX_BEFORE) + last.index;
  const isGo = /^\{\{-|[\s(][.$]\w|-\}\}$/.test(tag);
  const message = isGo
    ? GO
    : LOOPS.has(word)
      ? EACH
      : `A block begins with "#": write {{#${word} …}}…{{/${word}}}.`;
  return { start, end: start + tag.length, message };
}

/** The maximum distance to search back for that tag. */
const MAX_BEFORE = 10_000;
const FOREIGN_BLOCK = /\{\{[~-]?\s{0,9}(if|unless|each|with|range|for)\b[^{}]*\}\}/g;

/**
 * Explains a tag in another language that Handlebars cannot read. `tag` is the text from its braces on, and `at` the
 * offset in it that cannot be read.
 */
export function foreignTag(tag: string, at: number): string | undefined {
  const inside = tag.replace(/^\{\{+[~#^>&/*]*/, '');
  if (/^\{\{-?\s*\/\*/.test(tag)) return 'This is a Go comment. Handlebars writes {{!-- … --}}.';
  if (/^\{\{=/.test(tag)) return 'Handlebars cannot change its braces, as Mustache can. Remove this tag.';
  if (/^\s*[{[]?\s*(?:"[^"]*"|'[^']*')\s*:/.test(inside) || /^\s*\{/.test(inside)) return JSON_BRACES;
  const rest = tag.slice(at);
  if (/^\{\{-\s/.test(tag) && /^[#^>/&]/.test(rest)) return TRIM;
  const before = tag.slice(0, at);
  if (GO_VALUE.test(inside.replace(/\}\}.*/s, '')) || (/^\.[\p{L}_]/u.test(rest) && /[\s{~(-]$/.test(before)))
    return GO;
  if (/^\{(?!\{)/.test(rest)) return NO_OBJECTS;
  if (/^\|(?!\|)/.test(rest))
    return /^\{\{~?#/.test(tag) && /^\|[\w\s,]*\|\s*~?\}\}/.test(rest) ? AS_BEFORE_BARS : FILTER;
  if (FORMATTED_TAG.test(inside)) return FORMAT;
  if (/\s\/\s*$/.test(before) || (rest.startsWith('/') && /\s\/$/.test(before))) return OPERATOR;
  if (/^[\w.]+![a-z]\s*\}/.test(rest)) return FORMAT;
  if (/^~\s+[^\s~}]/.test(rest) && /\s$/.test(before)) return OPERATOR;
  if (/^!(?!=)/.test(rest)) return NOT_OPERATOR;
  if (
    /^(?:[\w.]+(?:[<>+*%]|&&|\|\||!=)|[<>+*%&|]|[=!]=|-\s)/.test(rest) ||
    (/^=/.test(rest) && /\s$/.test(before))
  )
    return OPERATOR;
  const index = /^([\w.]+)\[(\d+|"[^"\]]*"|'[^'\]]*')\]/.exec(rest);
  if (index !== null) {
    const [, path, key = ''] = index;
    const name = key.replace(/["']/g, '');
    const segment = /^[A-Za-z_]\w*$/.test(name) ? name : `[${name}]`;
    return `Handlebars reads a property or an item with a dot: write "${path}.${segment}".`;
  }
  const lookup = /^([\w.]+)\[([A-Za-z_][\w.]*)\]/.exec(rest);
  if (lookup !== null)
    return `Handlebars reads an item by a variable with "lookup": write "lookup ${lookup[1]} ${lookup[2]}".`;
  if (/^[\w.]+\[[-\d:\s]*\]/.test(rest)) return ONE_ITEM;
  return /^[\w.]+\(/.test(rest)
    ? 'Handlebars does not use "(" after the name. Separate a helper and its arguments with spaces, as in {{json value}}.'
    : undefined;
}
