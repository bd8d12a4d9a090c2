/** The names that Handlebars reads as helpers when they are alone in a tag. */
import { HELPERS } from './helpers.ts';

/** Handlebars' internal helpers for missing helpers, which nobody may call. */
export const INTERNAL_HELPERS: ReadonlySet<string> = new Set(['blockHelperMissing', 'helperMissing']);

/** Handlebars' built-in helpers and Dotprompt's. */
export const KNOWN_HELPERS: ReadonlySet<string> = new Set([...HELPERS.keys(), ...INTERNAL_HELPERS]);
