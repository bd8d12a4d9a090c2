/**
 * Runs the patterns of JSON Schema with RE2's algorithm: in linear time, whatever the pattern. The engine's own RegExp
 * could take minutes for a pattern such as `^(a+)+$`.
 */

/** A compiled pattern. */
export interface Pattern {
  test(text: string): boolean;
  /** The approximate number of steps of a test on a text of this length. */
  steps(length: number): number;
}

/** Undefined for a pattern that RE2 cannot run, such as one with a back reference or a look-ahead. */
export type CompilePattern = (pattern: string) => Pattern | undefined;

/** In UTF-16 code units. */
export const MAX_PATTERN_LENGTH = 1000;
const MAX_KEPT = 100;
/** The number of characters that one instruction of a pattern examines in one step. */
const CHARACTERS_PER_STEP = 8;

/** Loaded only for schemas with patterns: its Unicode tables are large. */
export async function loadPatterns(): Promise<CompilePattern> {
  const { RE2JS } = await import('re2js');
  return pattern => {
    const known = kept.get(pattern);
    if (known !== undefined || kept.has(pattern)) return known;
    let compiled: Pattern | undefined;
    try {
      if (pattern.length <= MAX_PATTERN_LENGTH && !NAMED_REFERENCE.test(pattern)) {
        const expression = RE2JS.compile(RE2JS.translateRegExp(asEcmaScript(pattern)));
        const size = expression.programSize();
        compiled = {
          test: text => expression.matcher(text).find(),
          steps: length => Math.ceil(((1 + length) * size) / CHARACTERS_PER_STEP),
        };
      }
    } catch {
      compiled = undefined; // The package's message is not for users: the caller has one.
    }
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(pattern, compiled);
    return compiled;
  };
}

/** White space and line ends as in ECMAScript, which JSON Schema's patterns follow: RE2 only knows those of ASCII. */
const SPACE = String.raw`\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`;
const NO_LINE_END = String.raw`[^\n\r\x{2028}\x{2029}]`;

function asEcmaScript(pattern: string): string {
  const hasFlags = /\(\?[a-z-]*s/.test(pattern);
  let isInClass = false;
  return pattern.replaceAll(/\\.|[[\].]/gsu, part => {
    if (part === '[' || part === ']') isInClass = part === '[' || (isInClass && part !== ']');
    else if (part === '.') return isInClass || hasFlags ? part : NO_LINE_END;
    else if (part === '\\s') return isInClass ? SPACE : `[${SPACE}]`;
    else if (part === '\\S' && !isInClass) return `[^${SPACE}]`;
    return part;
  });
}

/** RE2JS reads a back reference by name as a "k". */
const NAMED_REFERENCE = /(?:^|[^\\])(?:\\\\)*\\k/;
const kept = new Map<string, Pattern | undefined>();
