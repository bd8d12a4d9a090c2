/** Messages between the preview's page and the extension: two closed unions, checked on receipt. */
import * as z from 'zod';
import type { TracedMessage } from '../../core/trace.ts';
import type { Declared } from '../../language/types/value-type.ts';
import type { Tokens } from './renderer/outcome.ts';

/** A message from the extension to the page. `edits` counts the changes so far: the newer of two texts has more. */
export type ToPreviewPage =
  | { readonly type: 'inputs'; readonly inputs: Inputs }
  | { readonly type: 'rendering'; readonly rendering: Rendering; readonly edits: number }
  /** The caret's position in the source; null if it is in another document. */
  | { readonly type: 'caret'; readonly caret: Caret | null }
  | { readonly type: 'scroll'; readonly place: ScrollPlace; readonly edits: number }
  /** Parses the text of the JSON field. */
  | { readonly type: 'json'; readonly verdict: JsonVerdict }
  /** The person opened the JSON field with a command. */
  | { readonly type: 'showJson' };

/** Everything around the rendered text. A new one replaces the form. */
export interface Inputs {
  /** The document that is previewed. */
  readonly uri: string;
  /** The name for people: `support/triage`, `support/triage@12`. */
  readonly title: string;
  readonly isLocked: boolean;
  readonly fields: readonly Declared[];
  /** Values by variable name. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Names, in the file's order. */
  readonly samples: readonly string[];
  /** The selected sample; null for only the defaults. */
  readonly sample: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  /** True if the input differs from the sample's. */
  readonly isEdited: boolean;
  /** The error in the samples file; undefined if there is none. */
  readonly trouble?: string;
}

export type Rendering =
  | {
      readonly kind: 'rendered';
      readonly hasRoles: boolean;
      readonly messages: readonly TracedMessage[];
      /** Required inputs that were not given. */
      readonly missing: readonly string[];
      readonly characters: number;
      readonly words: number;
      readonly tokens: Tokens;
      /** The number of UTF-16 code units at the end that are not shown. */
      readonly left: number;
    }
  /** The page keeps what it showed before, dimmed. */
  | {
      readonly kind: 'problem' | 'limit';
      readonly message: string;
      readonly issues: readonly ShownIssue[];
      /** The file with the issues, if it is a partial. */
      readonly of?: string;
    };

export interface ShownIssue {
  readonly message: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

export interface Caret {
  /** As in `TracedSource.prompt`. */
  readonly prompt: string | null;
  /** 0-based UTF-16 offset. */
  readonly offset: number;
}

/** A position in the source, and its share of the window's height, from 0 at the beginning to 1 at the end. */
export interface ScrollPlace extends Caret {
  readonly share: number;
}

/** `problem` keeps the text from being used; `misfits` do not match the schema, but are used anyway. */
export interface JsonVerdict {
  readonly problem?: string;
  readonly misfits: readonly string[];
}

const input = z.record(z.string(), z.unknown());
const offset = z.int().min(0);

/** The page state that survives a reload of the window. */
export const keptState = z.object({
  uri: z.string().max(4096),
  isLocked: z.boolean(),
  sample: z.string().nullable(),
  /** Null if it is the sample's. */
  input: input.nullable(),
});
export type PreviewState = z.infer<typeof keptState>;

/** A message from the page to the extension. */
export const fromPage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('input'), input }),
  z.strictObject({ type: z.literal('json'), text: z.string() }),
  z.strictObject({ type: z.literal('choose'), sample: z.string().nullable() }),
  z.strictObject({ type: z.literal('save') }),
  z.strictObject({ type: z.literal('copy'), what: z.enum(['text', 'messages', 'curl']) }),
  z.strictObject({ type: z.literal('openSamples') }),
  /** An index in the last sent issues. */
  z.strictObject({ type: z.literal('openIssue'), index: z.int().min(0) }),
  /** As `ScrollPlace`, in the prompt's own source. */
  z.strictObject({ type: z.literal('scrolled'), offset, share: z.number().min(0).max(1) }),
  z.strictObject({
    type: z.literal('reveal'),
    source: z.strictObject({ prompt: z.string().max(300).nullable(), start: offset, end: offset }),
  }),
]);
export type FromPreviewPage = z.infer<typeof fromPage>;
