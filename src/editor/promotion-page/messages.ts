/** Messages between the page of a promotion and the extension: two closed unions, checked on receipt. */
import * as z from 'zod';
import { MAX_COMMENT } from '../promotions/comment-length.ts';
import type { ReviewAction } from '../promotions/groups.ts';

/** A message from the extension to the page. */
export type ToPromotionPage =
  | { readonly type: 'content'; readonly content: PromotionContent; readonly kept: PromotionPageState }
  /** The registry has stored the comment with this key. */
  | { readonly type: 'commented'; readonly key: string }
  /** It has not, or it is unknown; sent again with the same key, it is stored only once. */
  | { readonly type: 'notCommented'; readonly key: string; readonly message: string };

/** Everything on the page: plain text, put there as text. */
export interface PromotionContent {
  readonly id: string;
  /** `Promote support/triage@12 to production`. */
  readonly title: string;
  /** The promotion's state, such as `Waiting for approval: 1 of 2`. */
  readonly status: string;
  readonly facts: readonly Fact[];
  /** One sentence per change, or why the changes are unknown. */
  readonly changes: readonly string[];
  /** Breaking changes for applications. */
  readonly breaking: string | undefined;
  /** The rules of the environment, one sentence each. */
  readonly policy: readonly string[];
  readonly approvals: readonly Said[];
  /** Oldest first. */
  readonly discussion: readonly Said[];
  /** The number of comments that are not shown, because there are too many. */
  readonly left: number;
  readonly actions: readonly Action[];
  /** Why the person cannot act; undefined if they can. */
  readonly note: string | undefined;
  readonly mayComment: boolean;
  /** UTF-16 code units. */
  readonly longestComment: number;
  /** Why the page may be outdated; undefined if it is not. */
  readonly trouble: string | undefined;
}

export interface Fact {
  readonly term: string;
  readonly text: string;
}

export interface Said {
  readonly who: string;
  /** The time, in words. */
  readonly when: string;
  /** `@12, line 3`; undefined for the whole promotion. */
  readonly where: string | undefined;
  readonly text: string;
}

export interface Action {
  readonly action: ReviewAction;
  /** With environment and version. */
  readonly label: string;
}

/** The page state that survives a reload of the window. */
export const keptState = z.object({
  /** The promotion's id. */
  id: z.string().max(32),
  /** The registry's address. */
  place: z.string().max(4096),
});
export type PromotionPageState = z.infer<typeof keptState>;

/** A message from the page to the extension. */
export const fromPage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('openChanges') }),
  z.strictObject({ type: z.literal('decide'), action: z.enum(['approve', 'reject', 'cancel']) }),
  z.strictObject({
    type: z.literal('comment'),
    text: z.string().max(10 * MAX_COMMENT),
    key: z.uuid(),
  }),
  z.strictObject({ type: z.literal('refresh') }),
]);
export type FromPromotionPage = z.infer<typeof fromPage>;
