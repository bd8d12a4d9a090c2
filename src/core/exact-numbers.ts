/**
 * Finds numbers whose digits JavaScript cannot keep. An order or card number that is read as a number would be written
 * with other digits, so it is rejected on input and must be passed as text.
 */

/** Returns true if a number in JSON or YAML has the same digits when its value is written again. */
export function keepsDigits(written: string, value: number): boolean {
  // JSON writes -0 as 0.
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  const [, integer] = INTEGER.exec(written) ?? [];
  if (integer !== undefined) return integer === String(Math.abs(value));
  // Nobody expects 1e-7 in place of 0.0000001.
  if (String(value).includes('e') && !/e/i.test(written)) return false;
  const [one, other] = [decimal(written), decimal(String(value))];
  return one !== undefined && one === other;
}

const INTEGER = /^[-+]?(\d+)$/;
/** Excludes leading zeros, which numbers lose. Each part is bounded by the text after it, so matching is linear. */
const DECIMAL = /^[-+]?(?!0\d)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,9}))?$/;

/** A normal form of a decimal number; undefined for other text. */
function decimal(text: string): string | undefined {
  const [, whole, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || whole + fraction === '') return undefined;
  const digits = withoutZeros(whole + fraction);
  if (digits.significant === '') return '0';
  const sign = text.startsWith('-') ? '-' : '';
  return `${sign}${digits.significant}e${Number(exponent) - fraction.length + digits.trailing}`;
}

function withoutZeros(digits: string): { readonly significant: string; readonly trailing: number } {
  let start = 0;
  while (digits[start] === '0') start += 1;
  let end = digits.length;
  while (end > start && digits[end - 1] === '0') end -= 1;
  return { significant: digits.slice(start, end), trailing: digits.length - end };
}

/**
 * Returns the first number of a JSON text whose digits cannot be kept.
 * @param json valid JSON that nests no deeper than the engine's stack allows
 * @returns an RFC 6901 pointer; undefined if every number is kept
 */
export function inexactNumberIn(json: string): string | undefined {
  // Up to fifteen digits are always kept, except in very small numbers and -0.
  if (!/[\d.]{16}|\d[eE]|\.0{6}|-0(?![\d.]*[1-9])/.test(json)) return undefined;
  let found: { readonly holder: object; readonly key: string } | undefined;
  const root: unknown = JSON.parse(json, function (this: object, key, value, context?: { source?: string }) {
    // An object may have a "toString" that is not a function, so it is never converted to text.
    if (typeof value !== 'number' || found !== undefined) return value;
    // TypeScript's types lack the third argument.
    if (!keepsDigits(context?.source ?? String(value), value)) found = { holder: this, key };
    return value;
  } as (this: object, key: string, value: unknown) => unknown);
  if (found === undefined) return undefined;
  const path = pathTo(root, found.holder);
  return path === undefined ? '' : [...path, found.key].map(pointerOf).join('');
}

/** The keys that lead from `root` to an object in it. */
function pathTo(root: unknown, holder: object): readonly string[] | undefined {
  const waiting: { readonly value: unknown; readonly path: readonly string[] }[] = [
    { value: root, path: [] },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (value === holder) return path;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, item] of Object.entries(value))
      if (typeof item === 'object' && item !== null) waiting.push({ value: item, path: [...path, key] });
  }
  return undefined;
}

function pointerOf(key: string): string {
  return `/${key.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Error message for a number in YAML. */
export const OTHER_DIGITS =
  'As a number, this would be written with other digits. Put it in quotes to keep them.';
