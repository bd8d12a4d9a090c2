/**
 * Marks around values in a text that is being rendered, taken out again afterwards. They are white space, because
 * Dotprompt drops what is white space alone: a mark must not save an empty message from that, nor cost one.
 */

/** Five different characters that nothing else in the text has. */
export interface Marks {
  readonly open: string;
  readonly close: string;
  /** The digits of the number after `open`. */
  readonly zero: string;
  readonly one: string;
  /** No white space: keeps a message that has nothing else. */
  readonly solid: string;
}

/** A stretch that was marked with a number; offsets in the text without marks. */
export interface MarkedSpan {
  readonly start: number;
  readonly end: number;
  readonly number: number;
}

/** White space to `String.prototype.trim`, rare in prompts, and never the end of a line to a regular expression. */
const CANDIDATES =
  '\u2001\u2000\u2004\u2005\u2006\u2007\u2008\u200a\u205f\u1680\u2002\u2003\u2009\u3000\u202f\ufeff';

/** Of private use; not those that `guardMarkers` takes first. */
const SOLID_CANDIDATES = '\uf8f0\uf8f1\uf8f2\uf8f3\uf8f4\uf8f5\uf8f6\uf8f7';

/** Marks of characters that `text` has not; undefined when it has nearly all of them. */
export function chooseMarks(text: string): Marks | undefined {
  const free = (candidates: string) => [...candidates].filter(candidate => !text.includes(candidate));
  const [open, close, zero, one] = free(CANDIDATES);
  const [solid] = free(SOLID_CANDIDATES);
  return open && close && zero && one && solid ? { open, close, zero, one, solid } : undefined;
}

/** `text` between marks that carry `number`, a whole number from 0. */
export function marked(text: string, number: number, { open, close, zero, one }: Marks): string {
  const digits = number.toString(2).replaceAll('0', zero).replaceAll('1', one);
  return open + digits + text + close;
}

/**
 * A text without its marks, and the outermost stretches they were around, in order. A stretch that is not closed ends
 * with the text: Dotprompt may have cut it in two.
 */
export function takeOutMarks(text: string, marks: Marks): { text: string; spans: readonly MarkedSpan[] } {
  const { open, close, zero, one, solid } = marks;
  if (!text.includes(open) && !text.includes(close)) return { text, spans: [] };
  const spans: MarkedSpan[] = [];
  let plain = '';
  let done = 0;
  let depth = 0;
  let start = 0;
  let digits = '';
  for (const { 0: mark, index } of text.matchAll(
    new RegExp(`[${close}${solid}]|${open}[${zero}${one}]*`, 'g'),
  )) {
    plain += text.slice(done, index);
    done = index + mark.length;
    if (mark === solid) continue;
    if (mark !== close) {
      depth += 1;
      if (depth > 1) continue;
      start = plain.length;
      digits = mark.slice(1);
    } else if (depth > 0) {
      depth -= 1;
      if (depth === 0) note();
    }
  }
  plain += text.slice(done);
  if (depth > 0) note();
  return { text: plain, spans };

  function note(): void {
    const number = Number.parseInt(digits.replaceAll(zero, '0').replaceAll(one, '1'), 2);
    spans.push({ start, end: plain.length, number });
  }
}
