/** An issue that keeps a template from being published: a code from one closed union, a position, and one sentence. */

export const TEMPLATE_ERROR_CODES = [
  /** It cannot be read. */
  'template-syntax',
  'unclosed-block',
  'mismatched-block',
  /** Of another language: Go, Jinja, JavaScript, or JSON with doubled braces. */
  'foreign-syntax',
  /** Of a name that no helper has, or in the wrong form. */
  'unknown-helper',
  'wrong-arguments',
  /** Handlebars reads it as the name of a variable, and nobody means that. */
  'literal-path',
  /** A number that would be written with other digits. */
  'inexact-number',
  'unknown-role',
  'unknown-decorator',
  'missing-partial',
  'missing-partial-block',
  /** An inline partial that Handlebars would take for another template's. */
  'captured-partial',
  /** A partial that uses itself for every input. */
  'partial-cycle',
  /** An object in the place of text, for every input. */
  'not-text',
  /** With its partials in place. */
  'too-large',
  /** A character that no prompt can hold. */
  'invalid-text',
] as const;

export type TemplateErrorCode = (typeof TEMPLATE_ERROR_CODES)[number];

/** Of all that keeps a source from being published: its text, its front matter, its template and the partials in it. */
export const SOURCE_ERROR_CODES = [
  ...TEMPLATE_ERROR_CODES,
  'front-matter-syntax',
  'picoschema',
  /** A pattern of the input's schema that RE2 cannot run. */
  'schema-pattern',
  /** A reference in it that leads back to itself. */
  'schema-reference',
] as const;

export type SourceErrorCode = (typeof SOURCE_ERROR_CODES)[number];

/** The maximum number of errors of one kind in a template. */
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
