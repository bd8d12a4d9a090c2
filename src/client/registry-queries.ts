/** The queries and pages of the registry's client. */
import type * as z from 'zod';
import type { changesQuery } from '../contract/changes.ts';
import type { lineThreadPage, lineThreadQuery } from '../contract/comments.ts';
import type { consistencyQuery } from '../contract/consistency.ts';
import type { keyPage } from '../contract/keys.ts';
import type { liveQuery } from '../contract/live.ts';
import type { commentPage, promotionListQuery, promotionPage } from '../contract/promotions.ts';
import type {
  batchResponse,
  diffResponse,
  renderResponse,
  Version,
  versionPage,
} from '../contract/prompts.ts';
import type { releaseListQuery, releasePage } from '../contract/releases.ts';
import type { PromptName } from '../core/name.ts';
import type { VersionNumber } from '../core/version.ts';

export type VersionPage = z.infer<typeof versionPage>;
export type PromotionPage = z.infer<typeof promotionPage>;
export type ReleasePage = z.infer<typeof releasePage>;
export type CommentPage = z.infer<typeof commentPage>;
export type LineThreadPage = z.infer<typeof lineThreadPage>;
/** Threads of one version, or of all versions of a prompt. */
export type LineThreadQuery = PageQuery & Partial<Pick<z.infer<typeof lineThreadQuery>, 'version' | 'state'>>;
export type KeyPage = z.infer<typeof keyPage>;
export type Batch = Omit<z.infer<typeof batchResponse>, 'remaining'>;
export type VersionDiff = z.infer<typeof diffResponse>;
export type RenderedMessages = z.infer<typeof renderResponse>;
/** A side of a diff: a version number, or `channel@environment`. */
export type DiffEnd = VersionNumber | `${string}@${string}`;
export type PageQuery = {
  readonly cursor?: string | undefined;
  /** 1–500; default: 100. */
  readonly limit?: number | undefined;
};
export type PromptListQuery = {
  /** Only names with this prefix, such as `support/`. */
  readonly prefix?: string | undefined;
  /** True to include archived prompts. */
  readonly archived?: boolean | undefined;
};
export type PromotionListQuery = PageQuery &
  Partial<Pick<z.infer<typeof promotionListQuery>, 'state' | 'environment' | 'prompt'>>;
export type ReleaseListQuery = PageQuery & Partial<Pick<z.infer<typeof releaseListQuery>, 'environment'>>;
/** `limit` 1–100; default: 50. */
export type VersionSearchQuery = PageQuery & {
  readonly text: string;
  readonly prompt?: PromptName | undefined;
  readonly matchCase?: 'true' | undefined;
};
/** `channel`: default `stable`. */
export type LiveRequest = z.input<typeof liveQuery>;
/** `after` is the cursor of the previous page; `limit` 1–1000; `wait` in seconds, at most 30. */
export type ChangesQuery = Partial<z.infer<typeof changesQuery>>;
export type ConsistencyQuery = z.infer<typeof consistencyQuery>;
/** Identifies the source of a version. */
export type VersionIdentity = Pick<Version, 'prompt' | 'version' | 'digest'> & {
  /** The size of its source, if known, to compose batches. */
  readonly bytes?: number;
};
