/** Messages between the preview and its renderer: plain data for a worker thread. */
import type { LinkedPartial } from '../../../core/flatten.ts';
import type { SourceIssue } from '../../../core/problem.ts';
import type { RenderRequest } from '../../../core/render.ts';
import type { SourceKind } from '../../../core/source.ts';
import type { TracedRendering } from '../../../core/trace.ts';

interface Given {
  readonly source: string;
  /** JSON values by variable name. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly messages?: NonNullable<RenderRequest['messages']>;
  /** The values of `{{@name}}`, by name. */
  readonly context?: NonNullable<RenderRequest['context']>;
}

/** A prompt whose partials are known. */
export interface PreviewRequest extends Given {
  /** Default: `prompt`. */
  readonly kind?: SourceKind;
  /** True if it was published, so that its front matter is read by the rules of that time. */
  readonly isPublished?: boolean;
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  /** The prompt in messages. */
  readonly label: string;
}

/**
 * A prompt file with the text `source`, saved or not. The worker resolves its partials, like `linkFile`, which takes
 * noticeable time for a large prompt.
 */
export interface PreviewFileRequest extends Given {
  /** Absolute path. */
  readonly file: string;
  /** The prompts folder; default: as far up as the folders' names allow. */
  readonly root?: string;
  /** The folder that paths in messages are relative to. */
  readonly shownFrom?: string;
  /** True if it is on no disk, so that the worker requests its partials from the window. */
  readonly isVirtual?: boolean;
  /** Texts of open editors with unsaved edits, by absolute path. */
  readonly unsaved: ReadonlyMap<string, string>;
}

export type PreviewOutcome = PreviewRendered | PreviewProblem | PreviewLimit;

export interface PreviewRendered {
  readonly kind: 'rendered';
  /** With the first 10 000 spans; later text has none. */
  readonly traced: TracedRendering;
  /** Absolute paths of the partials that were read, by id as in `TracedSource.prompt`. Only for files. */
  readonly files?: ReadonlyMap<string, string>;
  readonly tokens: Tokens;
  /** Unicode code points of all messages' text. */
  readonly characters: number;
  /** Runs of characters between white space in all messages' text. */
  readonly words: number;
}

/** The number of tokens in the messages' text. `count` is null, with the reason, if counting would take too long. */
export type Tokens =
  | { readonly count: number; readonly encoding: string }
  | { readonly count: null; readonly encoding: string; readonly reason: string };

/** The errors of a prompt that cannot be rendered, with positions. */
export interface PreviewProblem {
  readonly kind: 'problem';
  readonly message: string;
  readonly issues?: readonly SourceIssue[];
  /** The absolute path of the file that the message and issues are about. Only for requests of files. */
  readonly file?: string;
}

/** Rendering was aborted, because it took too long or grew too large. */
export interface PreviewLimit {
  readonly kind: 'limit';
  readonly message: string;
}
