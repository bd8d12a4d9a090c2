/** Messages between the preview and its renderer: plain data that crosses to a worker thread and back. */
import type { LinkedPartial } from '../../../core/flatten.ts';
import type { SourceIssue } from '../../../core/problem.ts';
import type { RenderRequest } from '../../../core/render.ts';
import type { SourceKind } from '../../../core/source.ts';
import type { TracedRendering } from '../../../core/trace.ts';

interface Given {
  readonly source: string;
  /** Values by variable name, as JSON has them. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly messages?: NonNullable<RenderRequest['messages']>;
  /** The values of `{{@name}}`, by name. */
  readonly context?: NonNullable<RenderRequest['context']>;
}

/** A prompt whose partials are known. */
export interface PreviewRequest extends Given {
  /** Default: `prompt`. */
  readonly kind?: SourceKind;
  /** True if it was published already: then its front matter is read as it was when it could be published. */
  readonly isPublished?: boolean;
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  /** Names the prompt in messages. */
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
  /** The folder that messages name files from. */
  readonly shownFrom?: string;
  /** Texts of open editors that are not saved, by absolute path. */
  readonly unsaved: ReadonlyMap<string, string>;
}

export type PreviewOutcome = PreviewRendered | PreviewProblem | PreviewLimit;

export interface PreviewRendered {
  readonly kind: 'rendered';
  /** Of its spans the first 10 000: what follows is text without any. */
  readonly traced: TracedRendering;
  /** Absolute paths of the partials that were read, by id as in `TracedSource.prompt`. Only for files. */
  readonly files?: ReadonlyMap<string, string>;
  readonly tokens: Tokens;
  /** Unicode code points of all messages' text. */
  readonly characters: number;
  /** Runs of characters between white space in all messages' text. */
  readonly words: number;
}

/** The number of tokens the messages' text has. `count` is null, with the reason, where counting would take too long. */
export type Tokens =
  | { readonly count: number; readonly encoding: string }
  | { readonly count: null; readonly encoding: string; readonly reason: string };

/** The prompt cannot be rendered; what is wrong and where. */
export interface PreviewProblem {
  readonly kind: 'problem';
  readonly message: string;
  readonly issues?: readonly SourceIssue[];
  /** The file that the message and the issues are about: an absolute path. Of a file's request alone. */
  readonly file?: string;
}

/** Rendering was given up: it took too long, or grew too large. */
export interface PreviewLimit {
  readonly kind: 'limit';
  readonly message: string;
}
