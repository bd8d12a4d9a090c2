/// <reference types="handlebars" />

/** The two modules of the handlebars package that read templates. Its types describe the whole package alone, which also compiles. */

declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  /** @throws Error for a template with a syntax error */
  export function parse(template: string): hbs.AST.Program;

  interface LexerLocation {
    /** 1-based. */
    readonly first_line: number;
    /** 0-based. */
    readonly first_column: number;
    readonly last_line: number;
    readonly last_column: number;
  }

  /** Jison's parser. */
  export const parser: {
    readonly terminals_: Readonly<Record<number, string>>;
    readonly lexer: {
      setInput(text: string): void;
      lex(): number | string | undefined;
      readonly yytext: string;
      readonly yylloc: LexerLocation;
    };
  };
}

declare module 'handlebars/dist/cjs/handlebars/compiler/visitor.js' {
  import type Handlebars from 'handlebars';

  const Visitor: typeof Handlebars.Visitor;
  // biome-ignore lint/style/noDefaultExport: it is the package's
  export default Visitor;
}
