/** Finds the Handlebars tags of a text without parsing it, so that it also works for templates with errors. */

/** `opens` is the beginning of a block; `closes` its end, an `else` or a comment; `value` is anything else. */
export type TagKind = 'value' | 'opens' | 'closes';

export interface TagSpan {
  /** 0-based UTF-16 offsets into the text; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly kind: TagKind;
}

/** A tag with its strings, which may contain `}}`. */
const TAG = /\{{2,4}(?:"(?:(?!\{\{)[^"\n])*"|'(?:(?!\{\{)[^'\n])*'|(?!\{\{|\}\})[^"']){0,10000}\}{2,4}/y;
/** A tag with an unmatched quotation mark. */
const TAG_WITHOUT_STRINGS = /\{{2,4}(?:(?!\{\{|\}\})[\s\S]){0,10000}\}{2,4}/y;
const COMMENT = /\{\{~?!--/y;
const END_OF_COMMENT = /--~?\}\}/g;
const CLOSES = /^\{+~?(?:[/!^]|else\b)/;
const OPENS = /^\{+~?#|^\{{4}/;

/**
 * Reads tags in order. A tag that is never closed, or has another `{{` before it is, is text. Linear in the text: no
 * character is examined more than a few times.
 */
export class TagReader {
  readonly #text: string;
  #next: TagSpan | undefined;
  #at: number;
  #hasComments = true;
  /** The furthest offset that determined the tags read so far; beyond the end of the text if that end did. */
  reach = 0;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#at = start;
    this.#next = this.#read();
  }

  /** The first tag that begins at `offset` or after it. Offsets only grow from call to call. */
  from(offset: number): TagSpan | undefined {
    while (this.#next !== undefined && this.#next.start < offset) this.#next = this.#read();
    return this.#next;
  }

  #read(): TagSpan | undefined {
    for (;;) {
      const start = this.#text.indexOf('{{', this.#at);
      if (start === -1) return undefined;
      const end = this.#endOf(start);
      this.#at = end ?? start + 1;
      if (end !== undefined) return { start, end, kind: kindOf(this.#text.slice(start, start + 12)) };
    }
  }

  #endOf(start: number): number | undefined {
    COMMENT.lastIndex = start;
    if (COMMENT.test(this.#text)) {
      END_OF_COMMENT.lastIndex = start;
      if (this.#hasComments && END_OF_COMMENT.test(this.#text)) return END_OF_COMMENT.lastIndex;
      this.#hasComments = false;
      this.reach = Number.POSITIVE_INFINITY;
    }
    TAG.lastIndex = start;
    if (TAG.test(this.#text)) return TAG.lastIndex;
    // An end further on would close this tag, unless another tag opens before it.
    const other = this.#text.indexOf('{{', start + 2);
    this.reach = Math.max(this.reach, other === -1 ? Number.POSITIVE_INFINITY : other + 2);
    TAG_WITHOUT_STRINGS.lastIndex = start;
    return TAG_WITHOUT_STRINGS.test(this.#text) ? TAG_WITHOUT_STRINGS.lastIndex : undefined;
  }
}

function kindOf(beginning: string): TagKind {
  if (CLOSES.test(beginning)) return 'closes';
  return OPENS.test(beginning) ? 'opens' : 'value';
}
