/** An issue that keeps a template from being published: a code from one closed union, a position, and one sentence. */

export const TEMPLATE_ERROR_CODES = [
  /** Syntax that is invalid or misleading. */
  'template-syntax',
  'unclosed-block',
  'mismatched-block',
  /** Syntax of another language: Go, Jinja, JavaScript, or JSON with doubled braces. */
  'foreign-syntax',
  /** A call of a name that is no helper, or a call in the wrong form or with wrong arguments. */
  'unknown-helper',
  'wrong-arguments',
  /** A literal or number that Handlebars reads as the name of a variable. */
  'literal-path',
  /** A number that would be written with other digits. */
  'inexact-number',
  'unknown-role',
  'unknown-decorator',
  'missing-partial',
  'missing-partial-block',
  /** An inline partial that Handlebars would use in place of another template's partial. */
  'captured-partial',
  /** A partial that uses itself for every input, or partials that nest too deep. */
  'partial-cycle',
  /** An object or list in place of text, for every input. */
  'not-text',
  /** Too long or nested too deep, with its partials in place. */
  'too-large',
  /** A character that a prompt cannot contain. */
  'invalid-text',
] as const;

export type TemplateErrorCode = (typeof TEMPLATE_ERROR_CODES)[number];

/** All errors that keep a source from being published: in its text, front matter, template and partials. */
export const SOURCE_ERROR_CODES = [
  ...TEMPLATE_ERROR_CODES,
  'front-matter-syntax',
  'picoschema',
  /** A pattern of the input's schema that RE2 cannot run. */
  'schema-pattern',
  /** A reference in a schema that leads nowhere, or back to itself. */
  'schema-reference',
] as const;

export type SourceErrorCode = (typeof SOURCE_ERROR_CODES)[number];

/** Each check stops after this number of errors in a template. */
export const MAX_ERRORS = 100;

export interface TemplateError {
  readonly code: TemplateErrorCode;
  /** 0-based UTF-16 offsets in the template; end exclusive. */
  readonly start: number;
  readonly end: number;
  /** The problem and its fix. */
  readonly message: string;
  /** Data for a quick fix: `near` a similar name, `name` the intended name, `open` and `closed` the names of blocks. */
  readonly data?: Readonly<Record<string, string>>;
}
