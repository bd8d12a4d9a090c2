/**
 * Rendering that remembers where each value came from: what the preview marks, and what leads from the rendered text
 * to its place in the source and back.
 */
import type { Rendered } from './render.ts';

/** Where an expression is written. */
export interface TracedSource {
  /** Id of the partial's prompt (`LinkedPartial.id`); null for the prompt itself. */
  readonly prompt: string | null;
  /** 0-based UTF-16 offsets in that prompt's whole source, front matter counted; end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** A value in a rendered text; empty where the value is. Spans of a text are in order and never overlap. */
export interface TracedSpan {
  /** 0-based UTF-16 offsets in the part's text; end exclusive. */
  readonly start: number;
  readonly end: number;
  /** `missing`: a required input that was not given would stand here. */
  readonly kind: 'value' | 'missing';
  /** As written: `{{user.name}}`; for a block that reads a missing input its opening tag. */
  readonly expression: string;
  readonly source: TracedSource;
}

export type TracedPart =
  | { readonly kind: 'text'; readonly text: string; readonly spans: readonly TracedSpan[] }
  | { readonly kind: 'media'; readonly url: string; readonly contentType?: string }
  /** Anything else that Dotprompt defines, such as a section or a tool's answer in the history. */
  | { readonly kind: 'other'; readonly json: string };

export interface TracedMessage {
  readonly role: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly parts: readonly TracedPart[];
}

export interface Traced {
  /** Exactly what `render` gives; where inputs are missing, with nothing in their place. */
  readonly rendered: Rendered;
  /** Whether there are roles to tell apart: the prompt marks some, or messages stand around its own. */
  readonly hasRoles: boolean;
  /** The rendered messages, part by part. */
  readonly messages: readonly TracedMessage[];
  /** Required inputs that were not given. */
  readonly missing: readonly string[];
}
