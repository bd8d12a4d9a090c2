/// <reference types="handlebars" />

/** The modules of the handlebars package that read templates. Its own types only describe the whole package. */

declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  export interface LexerLocation {
    /** 1-based. */
    readonly first_line: number;
    /** 0-based. */
    readonly first_column: number;
    readonly last_line: number;
    last_column: number;
  }

  /** Jison's lexer. */
  export interface Lexer {
    /** By number. Each matches at the beginning of the remaining text. */
    readonly rules: readonly RegExp[];
    /** The rules to try in each condition, in order; by name. */
    readonly conditions: Readonly<Record<string, { readonly rules: readonly number[] } | undefined>>;
    /** The current condition is the last. */
    readonly conditionStack: readonly string[];
    /** The rest of the text. */
    readonly _input: string;
    readonly yytext: string;
    readonly yylloc: LexerLocation;
    /** The match of the rule that was tried last. */
    readonly matches: readonly [string, ...string[]];
    /** Creates a token from the match of a rule, after its place has been set. */
    performAction(this: Lexer, ...of: unknown[]): number | string | undefined;
    setInput(text: string): void;
    lex(): number | string | undefined;
  }

  /** Jison's parser. */
  export interface Parser {
    readonly terminals_: Readonly<Record<number, string>>;
    readonly lexer: Lexer;
    /** @throws Error for a template with a syntax error */
    parse(template: string): hbs.AST.Program;
  }

  export const parser: Parser;
}

declare module 'handlebars/dist/cjs/handlebars/compiler/helpers.js' {
  import type { LexerLocation } from 'handlebars/dist/cjs/handlebars/compiler/base.js';

  export const SourceLocation: new (source: string | undefined, location: LexerLocation) => object;
}

declare module 'handlebars/dist/cjs/handlebars/compiler/whitespace-control.js' {
  // biome-ignore lint/style/noDefaultExport: it is the package's
  export default class WhitespaceControl {
    accept(program: hbs.AST.Program): hbs.AST.Program;
  }
}

declare module 'handlebars/dist/cjs/handlebars/compiler/visitor.js' {
  import type Handlebars from 'handlebars';

  const Visitor: typeof Handlebars.Visitor;
  // biome-ignore lint/style/noDefaultExport: it is the package's
  export default Visitor;
}
