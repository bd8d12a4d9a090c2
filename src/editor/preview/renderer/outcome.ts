/** What the preview asks its renderer, and what it can hear back: plain data that crosses to a worker thread and back. */
import type { LinkedPartial } from '../../../core/flatten.ts';
import type { SourceIssue } from '../../../core/problem.ts';
import type { RenderRequest } from '../../../core/render.ts';
import type { Traced } from '../../../core/trace.ts';

export interface PreviewRequest {
  readonly source: string;
  /** As `linkFile` of `src/workspace/file-partials.ts` gives them. */
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  /** Values by variable name, as JSON has them. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly messages?: NonNullable<RenderRequest['messages']>;
  /** Names the prompt or file in messages. */
  readonly label: string;
}

export type PreviewOutcome = PreviewRendered | PreviewProblem | PreviewLimit;

export interface PreviewRendered {
  readonly kind: 'rendered';
  /** Of its spans the first 10 000: what follows is text without any. */
  readonly traced: Traced;
  readonly tokens: Tokens;
  /** Unicode code points of all messages' text. */
  readonly characters: number;
  /** Runs of characters between white space in all messages' text. */
  readonly words: number;
}

/** How many tokens the messages' text has. `count` is null, with the reason, where counting would take too long. */
export type Tokens =
  | { readonly count: number; readonly encoding: string }
  | { readonly count: null; readonly encoding: string; readonly reason: string };

/** The prompt cannot be rendered; what is wrong and where. */
export interface PreviewProblem {
  readonly kind: 'problem';
  readonly message: string;
  readonly issues?: readonly SourceIssue[];
}

/** Rendering was given up: it took too long, or grew too large. */
export interface PreviewLimit {
  readonly kind: 'limit';
  readonly message: string;
}
