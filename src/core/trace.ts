/**
 * Renders and records where each value comes from, for the preview's marks and for navigating between the rendered text
 * and the source.
 */
import type { Message, Part } from 'dotprompt';
import type { SourceSpan, ValueSegment } from './evaluate/segment.ts';
import { type ComposedMessage, composeMessages, type TextContent, toMessages } from './messages.ts';
import { asRendered, prepareRendering, type RenderedPrompt, type RenderRequest } from './render.ts';

export type TracedSource = SourceSpan;

/** A value in a rendered text; empty if the value is empty. Spans of a text are in order and never overlap. */
export interface TracedSpan {
  /** 0-based UTF-16 offsets in the part's text; end exclusive. */
  readonly start: number;
  readonly end: number;
  /** `missing`: a required input that was not given would be here. */
  readonly kind: 'value' | 'missing';
  /** As written: `{{user.name}}`; for a block or partial that reads a missing input, its opening tag. */
  readonly expression: string;
  readonly source: TracedSource;
}

/** Text of the template itself in a rendered text. */
export interface TracedStretch {
  /** 0-based UTF-16 offsets in the part's text; end exclusive, always after the start. */
  readonly start: number;
  readonly end: number;
  readonly source: TracedSource;
}

export type TracedPart =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly spans: readonly TracedSpan[];
      /** In order; between them are values. */
      readonly stretches: readonly TracedStretch[];
    }
  | { readonly kind: 'media'; readonly url: string; readonly contentType?: string }
  /** Anything else that Dotprompt defines, such as a section or a tool's answer in the history. */
  | { readonly kind: 'other'; readonly json: string };

export interface TracedMessage {
  readonly role: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly parts: readonly TracedPart[];
}

export interface TracedRendering {
  /** The result of `render`; missing inputs are empty. */
  readonly rendered: RenderedPrompt;
  /** True if there are several roles: the prompt has some, or there are messages around its own. */
  readonly hasRoles: boolean;
  /**
   * The rendered messages, part by part. Includes messages and parts that would contain only a missing input, which
   * Dotprompt omits; here they are only white space.
   */
  readonly messages: readonly TracedMessage[];
  /** Required inputs that were not given. */
  readonly missing: readonly string[];
}

/**
 * Renders like `render`, but records the source of each value, and leaves missing inputs empty instead of failing.
 * @throws Problem `invalid_source`, `too_expensive`; for a strict request, `invalid_input`
 */
export async function renderTraced(request: RenderRequest): Promise<TracedRendering> {
  const prepared = await prepareRendering(request);
  const missing = new Set(prepared.missing);
  if (missing.size === 0) prepared.checkInput();
  const segments = prepared.evaluate(missing.size === 0 ? undefined : name => missing.has(name));
  const messages = toMessages(segments, request.messages);
  const marksRoles = segments.some(({ kind }) => kind === 'role' || kind === 'history');
  return {
    rendered: asRendered(messages),
    hasRoles: marksRoles || messages.length > 1 || messages.some(({ role }) => role !== 'user'),
    messages: composeMessages(segments, request.messages, holdsMissing).map(tracedMessage),
    missing: prepared.missing,
  };
}

function holdsMissing({ segments }: TextContent): boolean {
  return segments.some(segment => segment.kind === 'value' && segment.missing.length > 0);
}

function tracedMessage(message: ComposedMessage): TracedMessage {
  if (message.kind === 'history') {
    const { role, metadata, content } = message.message as Message;
    return { role, ...(metadata && { metadata }), parts: content.map(otherPart) };
  }
  const { role, metadata, content } = message;
  return {
    role,
    ...(metadata && { metadata }),
    parts: content.map(each => (each.kind === 'text' ? textPart(each) : otherPart(each.part))),
  };
}

function otherPart(part: Part): TracedPart {
  if (part.text !== undefined) return { kind: 'text', text: part.text, spans: [], stretches: [] };
  return part.media === undefined
    ? { kind: 'other', json: JSON.stringify(part) }
    : { kind: 'media', ...part.media };
}

function textPart({ text, segments }: TextContent): TracedPart {
  const spans: TracedSpan[] = [];
  const stretches: TracedStretch[] = [];
  let start = 0;
  for (const segment of segments) {
    const end = start + segment.text.length;
    if (segment.kind === 'value') spans.push(spanOf(segment, start));
    else if (segment.source !== undefined) stretches.push({ start, end, source: segment.source });
    start = end;
  }
  return { kind: 'text', text, spans, stretches };
}

function spanOf({ text, expression, missing }: ValueSegment, start: number): TracedSpan {
  return {
    start,
    end: start + text.length,
    kind: missing.length > 0 ? 'missing' : 'value',
    expression: expression.text,
    source: expression.source,
  };
}
