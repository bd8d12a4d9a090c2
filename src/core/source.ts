/** A prompt's source: YAML front matter and a Handlebars template (Dotprompt, github.com/google/dotprompt). */
import { type Document, isNode, isScalar, visit } from 'yaml';
import { Problem, type SourceIssue } from './problem.ts';
import { composeYaml, MAX_ALIAS_COUNT, MAX_ALIASES } from './yaml-document.ts';
import { ALIASES_UNREADABLE, wordsOfYamlError } from './yaml-words.ts';

/** 1 MiB, of UTF-8 bytes. */
export const MAX_SOURCE_BYTES = 1024 * 1024;
/** Of front matter, in UTF-16 code units: reading YAML takes far longer than reading text. */
export const MAX_FRONT_MATTER_LENGTH = 64 * 1024;
/** How much of what is wrong is told. */
const MAX_ISSUES = 100;

/** Front matter's values as YAML gives them; keys outside Dotprompt's own are kept. */
export type FrontMatter = Readonly<Record<string, unknown>>;

export interface PromptSource {
  /** Empty when there is none. */
  readonly frontMatter: FrontMatter;
  /** The body, trimmed when front matter was taken off, exactly as Dotprompt does. */
  readonly template: string;
  /** Where `template` begins in the source (0-based UTF-16 offset). */
  readonly templateOffset: number;
  /** What is wrong with the front matter; the template is usable all the same. */
  readonly issues: readonly SourceIssue[];
}

/** Dotprompt's own shape of front matter: `---`, YAML, `---`, each on a line of its own, from the first character. */
const OPENING = /^---[^\S\r\n]*(?:\r\n|\r|\n)/;
const CLOSING = /(?:^|\r\n|\r|\n)---[^\S\r\n]*(?=\r\n|\r|\n|$)/g;
/** Of front matter, said by every reader of it. */
export const NEVER_CLOSED = 'The front matter that begins here is never closed: end it with a line "---".';
/** Of front matter, said by every reader of it. */
export const FRONT_MATTER_TOO_LONG = `Front matter has at most ${MAX_FRONT_MATTER_LENGTH} characters (64 KiB), and this has more, so it is not read. Move texts into the body or a partial.`;

/**
 * The text of a source's bytes. @throws Problem `invalid_source` when they are not UTF-8 (with the line and
 * column of the first wrong byte), `too_large` over 1 MiB.
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

/** The longest prefix that is UTF-8, found by halving: a decoder does not say where it stopped. */
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

/** @throws Problem `too_large` over 1 MiB, `invalid_source` for a lone surrogate, which has no UTF-8 bytes. */
export function checkSourceText(source: string): void {
  checkSize(new TextEncoder().encode(source).byteLength);
  if (source.isWellFormed()) return;
  const lone = [...source].findIndex(character => !character.isWellFormed());
  const offset = [...source].slice(0, lone).join('').length;
  const at = positionAt(source, offset);
  const message = 'A lone surrogate stands here: half of a character, which UTF-8 cannot hold. Remove it.';
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

/** Where a source's front matter lies, as 0-based UTF-16 offsets. */
export interface FrontMatterPlace {
  /** Of the opening `---`; 1 after a byte order mark. */
  readonly start: number;
  readonly yamlStart: number;
  /** Without the line break before the closing `---`. Undefined where the front matter is never closed. */
  readonly yamlEnd: number | undefined;
  /** After the closing `---` and the blanks behind it; `start` where it is never closed: then all is the body. */
  readonly bodyStart: number;
}

/** Undefined for a source without front matter. */
export function locateFrontMatter(source: string): FrontMatterPlace | undefined {
  const start = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  const opening = OPENING.exec(source.slice(start));
  if (opening === null) return undefined;
  const yamlStart = start + opening[0].length;
  CLOSING.lastIndex = 0;
  const closing = CLOSING.exec(source.slice(yamlStart));
  if (closing === null) return { start, yamlStart, yamlEnd: undefined, bodyStart: start };
  const yamlEnd = yamlStart + closing.index;
  return { start, yamlStart, yamlEnd, bodyStart: yamlEnd + closing[0].length };
}

/** Splits a source and reads its front matter. Never throws: what is wrong is in `issues`. */
export function parseSource(source: string): PromptSource {
  const place = locateFrontMatter(source);
  if (place?.yamlEnd === undefined) {
    const start = source.charCodeAt(0) === 0xfeff ? 1 : 0;
    const issues =
      place === undefined ? [] : [{ line: 1, column: 1, endLine: 1, endColumn: 4, message: NEVER_CLOSED }];
    return { frontMatter: {}, template: source.slice(start), templateOffset: start, issues };
  }
  const { yamlStart, yamlEnd, bodyStart } = place;
  const body = source.slice(bodyStart);
  const template = body.trim();
  const templateOffset = template === '' ? source.length : bodyStart + body.indexOf(template);
  const yaml = source.slice(yamlStart, yamlEnd);
  if (yaml.length > MAX_FRONT_MATTER_LENGTH) {
    const { start } = place;
    const issues = [issueAt(source, start, start + 3, FRONT_MATTER_TOO_LONG)];
    return { frontMatter: {}, template, templateOffset, issues };
  }
  return { ...readFrontMatter(yaml, source, yamlStart), template, templateOffset };
}

function readFrontMatter(
  yaml: string,
  source: string,
  offset: number,
): Pick<PromptSource, 'frontMatter' | 'issues'> {
  const whole = (message: string) => [issueAt(source, offset, offset + yaml.length, message)];
  let value: unknown;
  try {
    const composed = composeYaml(yaml);
    if ('tooDeepAt' in composed) {
      const at = offset + composed.tooDeepAt;
      return {
        frontMatter: {},
        issues: [issueAt(source, at, at + 1, 'Front matter: values nest too deep here. Flatten them.')],
      };
    }
    const { document } = composed;
    const errors = document.errors
      .slice(0, MAX_ISSUES)
      .map(error => ({ pos: error.pos, message: wordsOfYamlError(error, yaml.slice(...error.pos)) }));
    const found = errors.length > 0 ? errors : whatIsRefused(document);
    const issues = found.map(({ pos, message }) =>
      issueAt(source, offset + pos[0], offset + pos[1], `Front matter: ${message}`),
    );
    if (issues.length > 0) return { frontMatter: {}, issues };
    value = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch {
    return { frontMatter: {}, issues: whole(`Front matter: ${ALIASES_UNREADABLE}`) };
  }
  if (value === null || value === undefined) return { frontMatter: {}, issues: [] };
  if (typeof value !== 'object' || Array.isArray(value))
    return {
      frontMatter: {},
      issues: whole('Front matter must be a list of keys and values, such as "model: vendor/name".'),
    };
  return { frontMatter: value as FrontMatter, issues: [] };
}

/** What YAML allows and a front matter must not have, at its first place: the same key twice, too many aliases, an alias inside itself. */
function whatIsRefused(document: Document): { pos: readonly [number, number]; message: string }[] {
  const place = (node: unknown): [number, number] => {
    const range = isNode(node) ? node.range : undefined;
    return [range?.[0] ?? 0, range?.[1] ?? 0];
  };
  let refused: { pos: readonly [number, number]; message: string } | undefined;
  let aliases = 0;
  visit(document, {
    Map(_, map) {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (keys.has(key.value)) {
          refused = { pos: place(key), message: 'Map keys must be unique' };
          return visit.BREAK;
        }
        keys.add(key.value);
      }
      return undefined;
    },
    Alias(_, alias, path) {
      aliases += 1;
      const inItself = path.some(
        above => isNode(above) && 'anchor' in above && above.anchor === alias.source,
      );
      if (!inItself && aliases <= MAX_ALIASES) return undefined;
      const message = inItself
        ? `The alias *${alias.source} stands inside what it names: write the value out.`
        : `There are more than ${MAX_ALIASES} aliases: write the values out.`;
      refused = { pos: place(alias), message };
      return visit.BREAK;
    },
  });
  return refused === undefined ? [] : [refused];
}

/** A range of offsets as an issue with lines and columns. */
export function issueAt(source: string, start: number, end: number, message: string): SourceIssue {
  const from = positionAt(source, start);
  const to = positionAt(source, Math.max(start, end));
  return { ...from, endLine: to.line, endColumn: to.column, message };
}

/** 1-based line and column of an offset; CRLF, LF and CR each end one line. */
export function positionAt(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
