/** A prompt's source: YAML front matter and a Handlebars template (Dotprompt, github.com/google/dotprompt). */
import { isPartial, type PromptName } from './name.ts';
import { Problem, type SourceIssue } from './problem.ts';
import { issueAt, positionAt } from './source-position.ts';
import { isOfUnkept, MAX_ALIAS_COUNT, unkeptParts } from './yaml-document.ts';
import { readYaml, type YamlProblem } from './yaml-places.ts';
import { TOO_MANY_ALIASES } from './yaml-words.ts';

/** 1 MiB of UTF-8. */
export const MAX_SOURCE_BYTES = 1024 * 1024;
/** The limit of front matter in UTF-16 code units: reading YAML takes far longer than reading text. */
export const MAX_FRONT_MATTER_LENGTH = 64 * 1024;

/** Front matter values from YAML, including keys that Dotprompt does not define. */
export type FrontMatter = Readonly<Record<string, unknown>>;

export interface PromptSource {
  /** The rules by which it was read. */
  readonly kind: SourceKind;
  /** Empty if there is none. */
  readonly frontMatter: FrontMatter;
  /** The body, which is trimmed if there was front matter, exactly as in Dotprompt. */
  readonly template: string;
  /** Start of `template` in the source (0-based UTF-16 offset). */
  readonly templateOffset: number;
  /** Errors in the front matter. The template can be used anyway. */
  readonly issues: readonly SourceIssue[];
  /** True if `frontMatter` could not be read because of these issues. */
  readonly isUnread: boolean;
}

/**
 * The rules for reading a source. In a partial `#` is text, since partials begin with headings; in a prompt, lines of
 * `#` may precede the front matter.
 */
export type SourceKind = 'prompt' | 'partial';

export function sourceKindOf(name: PromptName): SourceKind {
  return isPartial(name) ? 'partial' : 'prompt';
}

/** Dotprompt's own shape of front matter: `---`, YAML, `---`, each on a line of its own. */
const OPENING = /---[^\S\r\n]*(?:\r\n|\r|\n)/y;
/** Lines that may precede it, by kind. Matched one by one, so that a long run of them takes linear time. */
const ABOVE: Readonly<Record<SourceKind, RegExp>> = {
  prompt: /(?:#[^\r\n]*|[^\S\r\n]*)(?:\r\n|\r|\n)/y,
  partial: /[^\S\r\n]*(?:\r\n|\r|\n)/y,
};
/** Below other lines, `---` may be a rule in Markdown, unless one of Dotprompt's keys follows. */
const FIRST_KEY = /\s*(?:model|config|input|output|tools|toolDefs|variant|metadata)[^\S\r\n]*:/y;
const CLOSING = /(?:^|\r\n|\r|\n)---[^\S\r\n]*(?=\r\n|\r|\n|$)/g;
/** Shared by all readers of front matter. */
export const NEVER_CLOSED = 'The front matter that begins here is not closed: end it with a line "---".';
/** The maximum number of issues with values that would not be written unchanged. */
const MAX_ISSUES = 100;
/** Shared by all readers of front matter. */
export const NO_KEYS = 'Front matter must be keys and values, one a line, such as "model: vendor/name".';
/** Shared by all readers of front matter. */
export const FRONT_MATTER_TOO_LONG = `Front matter has at most ${MAX_FRONT_MATTER_LENGTH} characters (64 KiB), and this has more, so it is not read. Move text to the body or a partial.`;

/**
 * The text of a source's bytes.
 * @throws Problem `invalid_source` if they are not UTF-8 (with the line and column of the first wrong byte),
 * `too_large` above 1 MiB
 */
export function decodeSource(bytes: Uint8Array): string {
  checkSize(bytes.byteLength);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const before = validPrefix(bytes);
    const at = positionAt(before, before.length);
    const message = 'The file is not UTF-8 from here on. Save it with the encoding UTF-8.';
    throw new Problem(
      'invalid_source',
      `Line ${at.line}, column ${at.column}: ${message}`,
      {
        issues: [{ ...at, endLine: at.line, endColumn: at.column + 1, message }],
      },
      { cause },
    );
  }
}

/** The longest prefix that is UTF-8, found by bisection: a decoder does not say where it stopped. */
function validPrefix(bytes: Uint8Array): string {
  let low = 0;
  let high = bytes.byteLength;
  const decode = (end: number) =>
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end), {
      stream: true,
    });
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    try {
      decode(middle);
      low = middle;
    } catch {
      high = middle - 1; // a throw is the answer to "is this prefix valid?"
    }
  }
  return decode(low);
}

/** @throws Problem `too_large` above 1 MiB, `invalid_source` for a lone surrogate, which UTF-8 cannot encode */
export function checkSourceText(source: string): void {
  checkSize(new TextEncoder().encode(source).byteLength);
  if (source.isWellFormed()) return;
  const lone = [...source].findIndex(character => !character.isWellFormed());
  const offset = [...source].slice(0, lone).join('').length;
  const at = positionAt(source, offset);
  const message = 'This is a lone surrogate, half of a character, which UTF-8 cannot encode. Remove it.';
  throw new Problem('invalid_source', `Line ${at.line}, column ${at.column}: ${message}`, {
    issues: [{ ...at, endLine: at.line, endColumn: at.column + 1, message }],
  });
}

function checkSize(bytes: number): void {
  if (bytes > MAX_SOURCE_BYTES)
    throw new Problem(
      'too_large',
      `A prompt's source has at most 1 MiB (${MAX_SOURCE_BYTES} bytes); this one has ${bytes}. Split it into partials.`,
    );
}

/** Position of the front matter in a source, as 0-based UTF-16 offsets. */
export interface FrontMatterPlace {
  /** Offset of the opening `---`; comments, a shebang and blank lines may precede it. */
  readonly start: number;
  readonly yamlStart: number;
  /** Excludes the line break before the closing `---`. Undefined if the front matter is never closed. */
  readonly yamlEnd: number | undefined;
  /** After the closing `---` and the blank lines below it; the start of the text if it is never closed. */
  readonly bodyStart: number;
}

/** Returns the offset of a source's text, after any byte order mark. */
export function textStart(source: string): number {
  return source.charCodeAt(0) === 0xfeff ? 1 : 0;
}

/** Undefined for a source without front matter. As in Dotprompt's main branch: `^(?:(?:#[^\n]*|[ \t]*)\n)*---`. */
export function locateFrontMatter(source: string, kind: SourceKind = 'prompt'): FrontMatterPlace | undefined {
  const first = textStart(source);
  const start = afterLines(ABOVE[kind], source, first);
  const yamlStart = endOfMatch(OPENING, source, start);
  if (yamlStart === undefined) return undefined;
  CLOSING.lastIndex = 0;
  const closing = CLOSING.exec(source.slice(yamlStart));
  if (closing !== null) {
    const yamlEnd = yamlStart + closing.index;
    return { start, yamlStart, yamlEnd, bodyStart: yamlEnd + closing[0].length };
  }
  const isMeant = start === first || endOfMatch(FIRST_KEY, source, yamlStart) !== undefined;
  return isMeant ? { start, yamlStart, yamlEnd: undefined, bodyStart: first } : undefined;
}

function afterLines(line: RegExp, source: string, start: number): number {
  let at = start;
  for (let end = endOfMatch(line, source, at); end !== undefined; end = endOfMatch(line, source, at))
    at = end;
  return at;
}

/** The end of the match of a sticky pattern at `start`; undefined if there is none. */
function endOfMatch(pattern: RegExp, source: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(source) ? pattern.lastIndex : undefined;
}

/**
 * Splits a source and reads its front matter. Never throws: errors are in `issues`. The result must not be changed:
 * checking, linking and rendering share the last few.
 */
export function parseSource(source: string, kind: SourceKind = 'prompt'): PromptSource {
  if (source.length > MAX_KEPT_LENGTH) return readSource(source, kind);
  const sources = kept[kind];
  const parsed = sources.get(source) ?? readSource(source, kind);
  // The most recently used entries are kept longest.
  sources.delete(source);
  sources.set(source, parsed);
  const [oldest] = sources.keys();
  if (sources.size > MAX_KEPT && oldest !== undefined) sources.delete(oldest);
  return parsed;
}

const MAX_KEPT = 32;
/** In UTF-16 code units. */
const MAX_KEPT_LENGTH = 16 * 1024;
const kept: Readonly<Record<SourceKind, Map<string, PromptSource>>> = {
  prompt: new Map(),
  partial: new Map(),
};

function readSource(source: string, kind: SourceKind): PromptSource {
  const place = locateFrontMatter(source, kind);
  if (place?.yamlEnd === undefined) {
    const start = textStart(source);
    const issues = place === undefined ? [] : [issueAt(source, place.start, place.start + 3, NEVER_CLOSED)];
    const isUnread = place !== undefined;
    return { kind, frontMatter: {}, template: source.slice(start), templateOffset: start, issues, isUnread };
  }
  const { yamlStart, yamlEnd, bodyStart } = place;
  const body = source.slice(bodyStart);
  const template = body.trim();
  const templateOffset = template === '' ? source.length : bodyStart + body.indexOf(template);
  const yaml = source.slice(yamlStart, yamlEnd);
  if (yaml.length > MAX_FRONT_MATTER_LENGTH) {
    const { start } = place;
    const issues = [issueAt(source, start, start + 3, FRONT_MATTER_TOO_LONG)];
    return { kind, frontMatter: {}, template, templateOffset, issues, isUnread: true };
  }
  return { kind, ...readFrontMatter(yaml, source, yamlStart), template, templateOffset };
}

/**
 * Like `parseSource`, for a published source: apparent front matter below other lines was text in earlier releases, and
 * still is if it cannot be read as front matter.
 */
export function parsePublished(source: string, kind: SourceKind): PromptSource {
  const parsed = parseSource(source, kind);
  const start = textStart(source);
  if (!parsed.isUnread || source.startsWith('---', start)) return parsed;
  const template = source.slice(start);
  return { kind, frontMatter: {}, template, templateOffset: start, issues: [], isUnread: false };
}

/** The template of `parsePublished`, without reading the front matter if its place alone is enough. */
export function publishedTemplate(source: string, kind: SourceKind): string {
  const start = textStart(source);
  const place = locateFrontMatter(source, kind);
  if (place?.yamlEnd === undefined) return source.slice(start);
  if (place.start === start) return source.slice(place.bodyStart).trim();
  // Below other lines, it is only front matter if it can be read as such.
  return parsePublished(source, kind).template;
}

function readFrontMatter(
  yaml: string,
  source: string,
  offset: number,
): Pick<PromptSource, 'frontMatter' | 'issues' | 'isUnread'> {
  const { root, problems, document } = readYaml(yaml, offset);
  const issue = ({ start, end }: YamlProblem['span'], message: string) =>
    issueAt(source, start, end, message);
  const unread = (issues: readonly SourceIssue[]) => ({ frontMatter: {}, issues, isUnread: true });
  const wrong = problems.filter(({ isDoubtful }) => !isDoubtful);
  if (wrong.some(({ message }) => !isOfUnkept(message)))
    return unread(wrong.map(({ span, message }) => issue(span, message)));
  let value: unknown;
  try {
    value = document?.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch {
    // Aliases repeat each other too often, although the count above was in bounds.
    return unread([issue(root.span, TOO_MANY_ALIASES)]);
  }
  if (value === null || value === undefined) return { frontMatter: {}, issues: [], isUnread: false };
  if (typeof value !== 'object' || root.kind !== 'mapping') return unread([issue(root.span, NO_KEYS)]);
  const unkept = (document === undefined ? [] : unkeptParts(document))
    .slice(0, MAX_ISSUES)
    .map(({ start, end, message }) => issue({ start: offset + start, end: offset + end }, message));
  return { frontMatter: value as FrontMatter, issues: unkept, isUnread: false };
}
