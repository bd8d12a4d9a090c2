/** Completes an input with the front matter's defaults. */

type Values = Readonly<Record<string, unknown>>;

/**
 * Null means "not given": such a value is omitted, and its default applies, if any. An object replaces a default
 * entirely, but null inside it becomes the default's value at that place.
 */
export function withDefaults(input: Values, defaults: Values): Values {
  const values: Record<string, unknown> = {};
  for (const [name, value] of [...Object.entries(defaults), ...Object.entries(input)]) {
    const given = filled(value, Object.hasOwn(defaults, name) ? defaults[name] : undefined, 0);
    if (given !== undefined && given !== null) set(values, name, given);
  }
  return values;
}

/** The maximum nesting of a request's body. */
const MAX_DEPTH = 100;

function filled(value: unknown, fallback: unknown, depth: number): unknown {
  if (value === undefined || value === null) return fallback ?? value;
  if (depth > MAX_DEPTH || value === fallback || !isObject(value) || !isObject(fallback)) return value;
  let copy: Record<string, unknown> | undefined;
  for (const [name, own] of Object.entries(value)) {
    const better = Object.hasOwn(fallback, name) ? filled(own, fallback[name], depth + 1) : own;
    if (better === own) continue;
    copy ??= { ...value };
    set(copy, name, better);
  }
  return copy ?? value;
}

/** Sets an own property, even if its name is `__proto__`. */
function set(values: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(values, name, { value, writable: true, enumerable: true, configurable: true });
  else values[name] = value;
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
