/** Dotprompt's helpers that write and compare values. Those that structure a prompt are in markers.ts. */
import type Handlebars from 'handlebars';

export const DOTPROMPT_HELPERS: Readonly<Record<string, Handlebars.HelperDelegate>> = {
  // What was not given is written as "undefined", as Dotprompt does.
  json: (value: unknown, { hash }: Handlebars.HelperOptions) =>
    String(JSON.stringify(value, null, hash['indent'] || 0)),
  // Alike means of one type as well: 5 is not "5".
  ifEquals(this: unknown, one: unknown, other: unknown, options: Handlebars.HelperOptions) {
    return one === other ? options.fn(this) : options.inverse(this);
  },
  unlessEquals(this: unknown, one: unknown, other: unknown, options: Handlebars.HelperOptions) {
    return one === other ? options.inverse(this) : options.fn(this);
  },
};
