/**
 * Keeps values from forging Dotprompt's markers. Dotprompt marks roles, history and media in the rendered text
 * (`<<<dotprompt:role:system>>>`) and splits it there, so a user's value with such a marker would become a system
 * message. Where the values could form one, even from several pieces, their `<` is another character while rendering.
 */

/** Characters of private use: never assigned by Unicode, so one that no value and no template holds is soon found. */
const PRIVATE_USE = [0xe000, 0xf8ff] as const;

export interface GuardedInput<Input> {
  readonly input: Input;
  /** Puts the values' own characters back into what was rendered. */
  restore<T>(rendered: T): T;
}

/** `template` only tells which character is free. */
export function guardMarkers<Input>(input: Input, template: string): GuardedInput<Input> {
  const text = JSON.stringify(input) ?? '';
  if (!(text.includes('<') && /<<<|dotprompt/.test(text))) return { input, restore: rendered => rendered };
  const free = freeCharacter(text + template);
  return {
    input: mapStrings(input, value => value.replaceAll('<', free)),
    restore: rendered => mapStrings(rendered, value => value.replaceAll(free, '<')),
  };
}

function freeCharacter(text: string): string {
  for (let code = PRIVATE_USE[0]; code <= PRIVATE_USE[1]; code++) {
    const character = String.fromCharCode(code);
    if (!text.includes(character)) return character;
  }
  throw new RangeError('The input and the template use every character of private use.');
}

/** A value of JSON with each of its strings changed; its keys stay. */
export function mapStrings<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map(item => mapStrings(item, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)])) as T;
}
