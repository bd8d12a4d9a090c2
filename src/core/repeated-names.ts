/**
 * Finds names that an object in JSON has twice. RFC 8259 leaves open which of the values counts, and I-JSON (RFC 7493)
 * forbids them: silently taking one would lose the other.
 */

/** Error message for such a text. @param pointer from `repeatedNameIn` */
export function givenTwice(pointer: string): string {
  return `${pointer} is given twice. Remove one of the two.`;
}

/** The number of property names in valid JSON, including repeated ones. */
export function countNames(json: string): number {
  let count = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfText(json, at);
    else if (code === COLON) count += 1;
  }
  return count;
}

/**
 * Returns the first name of a JSON text that its object already has.
 * @param json valid JSON
 * @returns an RFC 6901 pointer; undefined if there is none
 */
export function repeatedNameIn(json: string): string | undefined {
  const holders: Holder[] = [];
  for (let at = 0; at < json.length; at++) {
    const holder = holders.at(-1);
    switch (json.charCodeAt(at)) {
      case QUOTE: {
        const start = at;
        at = endOfText(json, at);
        if (holder?.names === undefined || !holder.isAtName) break;
        holder.isAtName = false;
        holder.key = JSON.parse(json.slice(start, at + 1));
        if (holder.names.has(holder.key)) return holders.map(({ key }) => pointerOf(key)).join('');
        holder.names.add(holder.key);
        break;
      }
      case OPEN_OBJECT:
        holders.push({ names: new Set(), isAtName: true, key: '' });
        break;
      case OPEN_LIST:
        holders.push({ names: undefined, isAtName: false, key: 0 });
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        holders.pop();
        break;
      case COMMA:
        if (holder === undefined) break;
        if (typeof holder.key === 'number') holder.key += 1;
        else holder.isAtName = true;
        break;
      default: // white space, a colon, or part of another value
    }
  }
  return undefined;
}

/** An open object or list. */
interface Holder {
  /** The names of an object so far; undefined for a list. */
  readonly names: Set<string | number> | undefined;
  /** True if a string that begins here is a name. */
  isAtName: boolean;
  /** The name or index of the current value. */
  key: string | number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Returns the offset of the quote that ends the string which begins at `start`. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let slash = end - 1;
    while (json.charCodeAt(slash) === BACKSLASH) slash -= 1;
    if ((end - slash) % 2 === 1) return end;
  }
  return json.length;
}

function pointerOf(key: string | number): string {
  return `/${String(key).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
