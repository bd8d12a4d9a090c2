/**
 * Differences in line endings and byte order marks are not edits: git, editors and disks change them on their own.
 * Texts are compared without them, and published with those that the registry already has.
 */
import { diffArrays } from 'diff';
import { type Digest, digestOf } from './digest.ts';

/** The digests of a published text. */
export interface PublishedText {
  readonly digest: Digest;
  /** The digest of its `plainText`, if that differs. */
  readonly text?: Digest | undefined;
}

/** The digests of a text in all forms in which it may have been published. */
export interface TextDigests {
  /** The digest of its own bytes. */
  readonly exact: Digest;
  /** The digest of its `plainText`. */
  readonly plain: Digest;
  /** With "\r\n" throughout, without and with a byte order mark, and plain with one. */
  readonly others: readonly Digest[];
}

const MARK = '\ufeff';
/** Maximum number of changed lines, since the work of comparing two texts grows with its square. */
const MAX_EDITS = 500;

/**
 * Replaces every "\r\n" (and "\r\r\n", the result of a second conversion) by "\n", and removes byte order marks at the
 * start. A "\r" elsewhere is text. Idempotent.
 */
export function plainText(source: string): string {
  let start = 0;
  while (source.startsWith(MARK, start)) start += 1;
  const text = start === 0 ? source : source.slice(start);
  if (!text.includes('\r\n')) return text;
  const lines = text.split('\n');
  const last = lines.pop() as string;
  return [...lines.map(withoutReturns), last].join('\n');
}

export function textDigests(source: string): TextDigests {
  const exact = digestOf(source);
  const plain = plainText(source);
  const returned = plain.replaceAll('\n', '\r\n');
  return {
    exact,
    plain: plain === source ? exact : digestOf(plain),
    others: [returned, MARK + plain, MARK + returned].map(digestOf),
  };
}

/** Returns whether a text is the published one, apart from line endings and byte order marks. */
export function isSameText({ exact, plain, others }: TextDigests, { digest, text }: PublishedText): boolean {
  if (exact === digest) return true;
  return text === undefined ? plain === digest || others.includes(digest) : plain === text;
}

/** Records a published text. @param digest of the text, if it is known */
export function publishedText(source: string, digest: Digest = digestOf(source)): PublishedText {
  const plain = plainText(source);
  return plain === source ? { digest } : { digest, text: digestOf(plain) };
}

/**
 * A text as it is published on top of another: with that one's line endings and byte order mark, or plain if there is
 * none. If line endings are mixed, unchanged lines keep theirs, and a new one gets that of the line above it.
 */
export function withLineEndingsOf(source: string, published: string | undefined): string {
  const text = plainText(source);
  if (published === undefined) return text;
  const plain = plainText(published);
  if (plain === text) return published;
  const mark = published.startsWith(MARK) ? MARK : '';
  if (!published.includes('\r\n')) return mark + text;
  const lines = linesOf(published.slice(mark.length));
  const mixed = lines.some(({ end }) => end === '\n');
  return mark + (mixed ? withMixedEndings(text, lines) : text.replaceAll('\n', '\r\n'));
}

interface Line {
  readonly text: string;
  /** Empty for an unterminated last line. */
  readonly end: string;
}

function withMixedEndings(text: string, published: readonly Line[]): string {
  const lines = linesOf(text).map(line => line.text);
  const changes = diffArrays(
    published.map(line => line.text),
    lines,
    { maxEditLength: MAX_EDITS },
  );
  const isReturned = published.filter(({ end }) => end === '\r\n').length * 2 > published.length;
  if (changes === undefined) return text.replaceAll('\n', isReturned ? '\r\n' : '\n');
  const ends: string[] = [];
  let above = published[0]?.end ?? '\n';
  let at = 0;
  for (const { value, added, removed } of changes) {
    if (added) ends.push(...value.map(() => above));
    else
      for (const { end } of published.slice(at, at + value.length)) {
        if (end !== '') above = end;
        if (!removed) ends.push(above);
      }
    if (!added) at += value.length;
  }
  return lines.map((line, index) => (index < lines.length - 1 ? line + ends[index] : line)).join('');
}

/** The last line is the text after the last line ending, and may be empty. */
function linesOf(source: string): Line[] {
  const lines = source.split('\n');
  const last = lines.pop() as string;
  const ended = lines.map(line => {
    const text = withoutReturns(line);
    return { text, end: text === line ? '\n' : '\r\n' };
  });
  return [...ended, { text: last, end: '' }];
}

/** Uses no pattern, which would take quadratic time for a long run of "\r" that does not end the line. */
function withoutReturns(line: string): string {
  let end = line.length;
  while (line.charCodeAt(end - 1) === 0x0d) end -= 1;
  return end === line.length ? line : line.slice(0, end);
}
