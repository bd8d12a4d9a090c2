/**
 * Handlebars' parser with a lexer that tries fewer rules: the package's lexer tries each rule at each token, although
 * most begin with a character that is not there. It also counts columns correctly.
 */
/// <reference path="./handlebars-parser.d.ts" />
import {
  type Lexer,
  type LexerLocation,
  parser as original,
  type Parser,
} from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import * as helpers from 'handlebars/dist/cjs/handlebars/compiler/helpers.js';
import WhitespaceControl from 'handlebars/dist/cjs/handlebars/compiler/whitespace-control.js';

/** A separate instance: other users of the package in this process are not affected. */
export const parser: Parser = Object.create(original, {
  yy: { value: { ...helpers, locInfo } },
  lexer: {
    value: Object.create(original.lexer, {
      _currentRules: { value: currentRules },
      performAction: { value: performAction },
    }),
  },
});

function locInfo(location: LexerLocation): object {
  return new helpers.SourceLocation(undefined, location);
}

/** Like `Handlebars.parse`: the template's AST after whitespace control. @throws Error for a syntax error */
export function parse(template: string): hbs.AST.Program {
  return new WhitespaceControl().accept(parser.parse(template));
}

/** Like the package's, which treats U+2028 and U+2029 as line ends when it counts characters. */
function performAction(this: Lexer, ...of: unknown[]): number | string | undefined {
  const [text] = this.matches;
  if (SEPARATOR.test(text)) {
    const line = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    if (line > 0) this.yylloc.last_column = text.length - line;
  }
  return original.lexer.performAction.apply(this, of);
}

const SEPARATOR = /[\u2028\u2029]/;

/** The rules that may match, in order, by condition and by code of the next character. */
const known = new Map<string, Map<number, readonly number[]>>();
/** Represents all characters beyond ASCII and the end of the text, which no rule names. */
const OTHER = 128;

/** The lexer's rules for the next token. */
function currentRules(this: Lexer): readonly number[] {
  const condition = this.conditionStack.at(-1) as string;
  const next = this._input.charCodeAt(0);
  const character = next < OTHER ? next : OTHER;
  const found = known.get(condition)?.get(character);
  if (found !== undefined) return found;
  const all = this.conditions[condition]?.rules ?? [];
  const rules = all.filter(rule => mayBegin(this.rules[rule] as RegExp, String.fromCharCode(character)));
  const ofCondition = known.get(condition) ?? new Map<number, readonly number[]>();
  known.set(condition, ofCondition.set(character, rules));
  return rules;
}

/** False if the rule's pattern begins with another literal, required character. */
function mayBegin({ source }: RegExp, character: string): boolean {
  const [, first, then] = /^\^\(\?:(\\[^a-z\d]|[^\\^$.*+?()[\]{}|])(.?)/i.exec(source) ?? [];
  return first === undefined || /[?*{|]/.test(then ?? '') || first.at(-1) === character;
}
