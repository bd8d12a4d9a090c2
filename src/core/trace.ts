/**
 * Rendering that remembers where each value came from: what the preview marks, and what leads from the rendered text
 * to its place in the source and back.
 */
import type { Message } from 'dotprompt';
import { BOUND_HELPERS, boundTree, growthData, OutputTooLarge } from './bounded-tree.ts';
import { Problem } from './problem.ts';
import { asRendered, prepareRendering, type Rendered, type RenderRequest } from './render.ts';
import { TEXT_HELPER, textOfValue, withTextValues } from './text-values.ts';
import { chooseMarks, type Marks } from './trace-marks.ts';
import { isAlike, tracedMessages } from './trace-messages.ts';
import { TRACE_HELPERS, type TraceState, traceData, withTrace } from './trace-tree.ts';

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
  /**
   * The rendered messages, part by part. Where only a missing input would stand in a message or part, Dotprompt has
   * none; here it stands all the same, of white space alone.
   */
  readonly messages: readonly TracedMessage[];
  /** Required inputs that were not given. */
  readonly missing: readonly string[];
}

/** 4 Mi UTF-16 code units. */
const MAX_LENGTH = 4 * 1024 * 1024;

/**
 * Renders as `render` does, but tells where each value came from, and leaves missing inputs out instead of refusing.
 * @param maxLength how long the rendered text may grow, in UTF-16 code units; 4 Mi unless told
 * @throws Problem `invalid_source`
 * @throws OutputTooLarge
 */
export async function renderTraced(request: RenderRequest, maxLength: number = MAX_LENGTH): Promise<Traced> {
  const prepared = await prepareRendering(request);
  const { template, missing, parsed } = prepared;
  const { tree, expressions, marksRoles } = withTrace(template, new Set(missing));
  boundTree(tree, JSON.stringify(request.messages ?? []).length);
  const marks = chooseMarks(
    template + JSON.stringify([parsed.frontMatter, request.input, request.messages, request.context]),
  );

  const markings: TraceState['marking'][] =
    missing.length > 0 ? ['solid', 'all', 'written'] : ['all', 'written'];
  // A marked one first: it ends where the text grows without bound.
  let marked = await run(marks, markings.shift() ?? 'all');
  const messages =
    missing.length > 0
      ? await run(undefined, 'written')
      : await prepared.run(withTextValues(template), { [TEXT_HELPER]: textOfValue });
  // A mark can change the text around it: an empty value may stand where Handlebars looks for an empty line. The text
  // is right all the same, with fewer spans.
  while (marks !== undefined && !isAlike(marked, messages, marks)) {
    const marking = markings.shift();
    marked = marking === undefined ? messages : await run(marks, marking);
  }
  return {
    rendered: asRendered(messages),
    hasRoles: marksRoles || messages.length > 1 || messages.some(({ role }) => role !== 'user'),
    messages: tracedMessages(marked, marks, expressions, prepared),
    missing,
  };

  async function run(marks: Marks | undefined, marking: TraceState['marking']): Promise<readonly Message[]> {
    const state = { expressions, missing: new Set(missing), marks, marking };
    const helpers = { ...BOUND_HELPERS, ...TRACE_HELPERS };
    try {
      return await prepared.run(tree, helpers, { ...traceData(state), ...growthData(maxLength) });
    } catch (error) {
      if (error instanceof Problem && error.cause instanceof OutputTooLarge) throw error.cause;
      throw error;
    }
  }
}
