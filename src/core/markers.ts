/**
 * What `{{role}}`, `{{history}}`, `{{media}}` and `{{section}}` leave in the rendered text. Dotprompt leaves words
 * there (`<<<dotprompt:role:system>>>`) and splits the text at them, so a value with such words would become a system
 * message. Here it is a number between two characters that nothing else has: no value can spell it, not even in pieces.
 */
import type { Part } from 'dotprompt';
import type Handlebars from 'handlebars';

export type Marker =
  | { readonly kind: 'role'; readonly role: string; readonly metadata?: Readonly<Record<string, string>> }
  | { readonly kind: 'history' }
  | { readonly kind: 'part'; readonly part: Part };

/** The markers of one rendering. */
export interface Markers {
  /** What writes them, by name. */
  readonly helpers: Readonly<Record<string, Handlebars.HelperDelegate>>;
  /** What was rendered, as texts and the markers between them. */
  split(rendered: string): readonly (string | Marker)[];
}

/** Characters of private use: never assigned by Unicode. */
const PRIVATE_USE = [0xe000, 0xf8ff] as const;
/** Another name marks nothing: Dotprompt knows roles of small letters alone. */
const ROLE_NAME = /^[a-z]+$/;

/** `nearby` is all that can come into the rendered text: template, input, messages. */
export function markersBeside(nearby: unknown): Markers {
  const mark = freeCharacter(JSON.stringify(nearby));
  const written: Marker[] = [];
  const write = (marker: Marker) => `${mark}${written.push(marker) - 1}${mark}`;
  return {
    helpers: {
      role(name: unknown, ...rest: unknown[]) {
        const role = String(name);
        if (!ROLE_NAME.test(role)) return `<<<dotprompt:role:${role}>>>`;
        const metadata = metadataOf(rest.at(-1) as Handlebars.HelperOptions | undefined);
        return write({ kind: 'role', role, ...(metadata && { metadata }) });
      },
      history: () => write({ kind: 'history' }),
      section: (name: unknown) =>
        write({ kind: 'part', part: { metadata: { purpose: String(name), pending: true } } }),
      media(...args: unknown[]) {
        const { url, contentType } = (args.at(-1) as Handlebars.HelperOptions).hash;
        const media = { url: String(url), ...(contentType && { contentType: String(contentType) }) };
        return write({ kind: 'part', part: { media } });
      },
    },
    split: rendered =>
      rendered
        .split(new RegExp(`${mark}(\\d+)${mark}`))
        .map((piece, at) => (at % 2 === 0 ? piece : (written[Number(piece)] ?? piece))),
  };
}

function metadataOf(
  options: Handlebars.HelperOptions | undefined,
): Readonly<Record<string, string>> | undefined {
  const given = Object.entries(options?.hash ?? {});
  return given.length === 0
    ? undefined
    : Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

function freeCharacter(text: string): string {
  for (let code = PRIVATE_USE[0]; code <= PRIVATE_USE[1]; code++) {
    const character = String.fromCharCode(code);
    if (!text.includes(character)) return character;
  }
  throw new RangeError('The input and the template use every character of private use.');
}
