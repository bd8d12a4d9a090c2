/** The helpers that a template may call. */

/** Handlebars' built-in helpers and Dotprompt's. */
export const KNOWN_HELPERS: ReadonlySet<string> = new Set([
  'if',
  'unless',
  'each',
  'with',
  'lookup',
  'log',
  'blockHelperMissing',
  'helperMissing',
  'history',
  'ifEquals',
  'json',
  'media',
  'role',
  'section',
  'unlessEquals',
]);
