/** The output of an evaluation, in pieces that know their source. */
import type { Part } from 'dotprompt';

/** A range in a prompt's source. */
export interface SourceSpan {
  /** Id of the partial's prompt (`LinkedPartial.id`); null for the prompt itself. */
  readonly prompt: string | null;
  /** 0-based UTF-16 offsets in that prompt's whole source, front matter included; end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** An expression that wrote a value. All values of one expression share this object. */
export interface WrittenExpression {
  /** As written, including braces: `{{user.name}}`; for a block or partial, its opening tag. */
  readonly text: string;
  readonly source: SourceSpan;
  /** The first path it reads, as written: `user.name`; undefined if it reads none. */
  readonly path: string | undefined;
}

/** Text of the template itself. */
export interface TextSegment {
  readonly kind: 'text';
  readonly text: string;
  /** Undefined for the indentation of a partial. Includes white space that was trimmed from the text. */
  readonly source?: SourceSpan;
}

/** The output of an expression; empty if it has no value. */
export interface ValueSegment {
  readonly kind: 'value';
  readonly text: string;
  readonly expression: WrittenExpression;
  /** The inputs that the expression reads and that were not given; such a segment is empty. */
  readonly missing: readonly string[];
}

/** A separator of messages and their parts. It has no text. */
export type StructureSegment =
  | {
      readonly kind: 'role';
      readonly role: string;
      readonly metadata: Readonly<Record<string, string>> | undefined;
    }
  | { readonly kind: 'history' }
  | { readonly kind: 'part'; readonly part: Part };

export type Segment = TextSegment | ValueSegment | StructureSegment;

/** The text that segments represent. */
export function textOfSegments(segments: Iterable<Segment>): string {
  let text = '';
  for (const segment of segments) if ('text' in segment) text += segment.text;
  return text;
}
