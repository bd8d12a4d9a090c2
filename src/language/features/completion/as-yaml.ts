/** Writes texts and values into YAML, and into snippets, so that they read back unchanged. */

type Quote = '"' | "'" | undefined;

/** Characters of unquoted text, words with one space between them. */
const PLAIN = /^[A-Za-z_][\w./-]*(?: [\w./-]+)*$/;
/** Words that YAML 1.1 or 1.2 does not read as text. */
const NO_TEXT = /^(?:true|false|null|yes|no|on|off|y|n)$/i;
/** The maximum length of a key on one line in YAML. */
const MAX_KEY = 1000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what single quotes cannot hold
const NEEDS_ESCAPE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]/;

/** `text` for a place inside quotes of this kind, or unquoted; undefined if it cannot be written there. */
export function textAsYaml(text: string, quote: Quote): string | undefined {
  if (quote === '"') return quoted(text).slice(1, -1);
  if (quote === "'") return NEEDS_ESCAPE.test(text) ? undefined : text.replaceAll("'", "''");
  return PLAIN.test(text) && !NO_TEXT.test(text) ? text : quoted(text);
}

/** Like `textAsYaml`, for the name of a key. */
export function asKey(name: string, { quote }: { readonly quote: Quote }): string | undefined {
  const key = textAsYaml(name, quote);
  return key === undefined || key.length > MAX_KEY ? undefined : key;
}

/** A schema's value on one line; undefined if it cannot be written there. */
export function valueAsYaml(value: unknown, quote: Quote): string | undefined {
  if (typeof value === 'string') return textAsYaml(value, quote);
  if (quote !== undefined) return undefined;
  if (typeof value === 'number' && !Number.isFinite(value))
    return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
  if (Object.is(value, -0)) return '-0';
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // too large for memory because of aliases
  }
}

/** `text` escaped for a VS Code snippet. */
export function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

/** One of the choices of a snippet, `${1|one,other|}`. */
export function escapeChoice(text: string): string {
  return text.replace(/[\\,|]/g, '\\$&');
}

/** Text in double quotes, with unprintable characters escaped. JSON's escapes are also valid in YAML. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
