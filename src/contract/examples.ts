/** One example of every request and response, all of one story: a fee prompt that a bank promotes to production. */
import type * as z from 'zod';
import type { changes } from './changes.ts';
import type { checkpoint } from './checkpoint.ts';
import type { commentEdit, lineComment, lineCommentRequest, lineThread, threadPlace } from './comments.ts';
import type { consistency } from './consistency.ts';
import type { deliveriesResponse } from './deliveries.ts';
import type { environment, policy } from './environments.ts';
import type { createdKey, key, keyRequest, keyRevocation, keyRotation, revokedKey } from './keys.ts';
import type { langfusePrompt } from './langfuse.ts';
import type { live } from './live.ts';
import type { origin } from './origin.ts';
import type { owners, ownersChange, ownersChangeRequest } from './owners.ts';
import type { comment, commentRequest, decisionRequest, promotion, promotionRequest } from './promotions.ts';
import type {
  archiveRequest,
  batchRequest,
  batchResponse,
  delivery,
  diffResponse,
  pointer,
  promptSummary,
  publishRequest,
  renderRequest,
  renderResponse,
  version,
  versionSummary,
} from './prompts.ts';
import type { release, releaseAnswer, releaseRequest } from './releases.ts';
import type { RouteName } from './routes.ts';
import type { searchHit } from './search.ts';
import type { createdWebhook, webhook, webhookRequest } from './webhooks.ts';

export interface RouteExample {
  /** The values of the path's parameters. */
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly request?: unknown;
  /** By status. */
  readonly responses: Readonly<Record<number, { readonly json?: unknown; readonly text?: string }>>;
}

/** JSON that a schema accepts, without the brands of its output. */
type JsonOf<Schema extends z.ZodType> = Plain<z.input<Schema>>;
type Plain<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends object
      ? { [K in keyof T]: Plain<T[K]> }
      : T;

export const EXAMPLE_SOURCE = `---
model: openai/gpt-5
input:
  schema:
    customer: string
    fee: string
---
You are a helpful assistant of Northwind Bank.
Tell {{customer}} that the fee is {{fee}}.
`;
const TEMPLATE = EXAMPLE_SOURCE.slice(EXAMPLE_SOURCE.indexOf('You are')).trimEnd();
const TEXT = 'You are a helpful assistant of Northwind Bank.\nTell Ada Byron that the fee is 12.50 EUR.';
export const EXAMPLE_DIGEST = 'sha256:795de1ad26025f1802f8036bfb9241252c8e7c4bd414d4537194e46f07cca105';
const EARLIER_DIGEST = 'sha256:5b0d9c1f6f0e8f5b8a2d4b6c7e9f1a3c5d7e9f0b2c4d6e8f0a1b3c5d7e9f1a2b';
const HASH = 'sha256:0f4c2a6e8b1d3f5a7c9e0b2d4f6a8c0e1b3d5f7a9c1e3b5d7f9a0c2e4b6d8f1a';
const PREVIOUS_HASH = 'sha256:7d1e3b5f9a0c2e4d6b8f1a3c5e7d9b0f2a4c6e8d1b3f5a7c9e0d2b4f6a8c1e3d';

const ORIGIN: JsonOf<typeof origin> = {
  author: 'mara-lindqvist',
  commit: '5f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b',
  pullRequest: 'https://github.com/northwind/prompts/pull/118',
  repository: 'https://github.com/northwind/prompts',
};

const SUMMARY: JsonOf<typeof versionSummary> = {
  prompt: 'support/fee-estimate',
  version: 12,
  digest: EXAMPLE_DIGEST,
  base: 11,
  message: 'Name the fee only',
  author: 'mara.lindqvist',
  publishedAt: '2026-09-10T08:21:14.302Z',
  bytes: 172,
  partials: {},
  origin: ORIGIN,
};
const VERSION: JsonOf<typeof version> = { ...SUMMARY, source: EXAMPLE_SOURCE };

const APPLIED: JsonOf<typeof promotion> = {
  id: '318',
  prompt: 'support/fee-estimate',
  environment: 'production',
  channel: 'stable',
  version: 12,
  from: 11,
  rollback: false,
  reason: 'Fees are named as of the new price list',
  state: 'applied',
  requestedBy: 'mara.lindqvist',
  requestedAt: '2026-09-11T09:00:00.000Z',
  effectiveAt: null,
  appliedAt: '2026-09-11T09:42:07.118Z',
  approvals: [{ actor: 'tomas.berg', at: '2026-09-11T09:42:07.118Z', comment: 'Checked against the list' }],
  approvalsNeeded: 1,
  authors: [],
  owners: [],
  held: null,
  closed: null,
  supersededBy: null,
  release: null,
};
const PENDING: JsonOf<typeof promotion> = {
  ...APPLIED,
  state: 'pending',
  appliedAt: null,
  approvals: [],
  authors: ['mara.lindqvist'],
  owners: [
    { prompts: 'support/**', owners: ['tomas.berg', 'ines.costa'], canApprove: ['tomas.berg', 'ines.costa'] },
  ],
};
const closed = (state: 'rejected' | 'cancelled', by: string): JsonOf<typeof promotion> => ({
  ...PENDING,
  state,
  authors: [],
  owners: [],
  closed: { at: '2026-09-11T09:30:00.000Z', by, comment: 'The list changes on Monday' },
});

const OWNERS_TEXT = '# One of them approves what goes live.\nsupport/** @tomas.berg @ines.costa\n';
const OWNERS_CHANGE: JsonOf<typeof ownersChange> = {
  id: '402',
  environment: 'production',
  text: OWNERS_TEXT,
  reason: 'Support looks after its own prompts',
  state: 'applied',
  requestedBy: 'mara.lindqvist',
  requestedAt: '2026-09-14T09:00:00.000Z',
  appliedAt: '2026-09-14T09:12:44.031Z',
  approvals: [{ actor: 'tomas.berg', at: '2026-09-14T09:12:44.031Z', comment: '' }],
  approvalsNeeded: 1,
  canApprove: [],
  closed: null,
};
const OWNERS_WAITING = {
  ...OWNERS_CHANGE,
  state: 'pending' as const,
  appliedAt: null,
  approvals: [],
  canApprove: ['ines.costa', 'tomas.berg'],
};
const OWNERS: JsonOf<typeof owners> = {
  environment: 'production',
  text: OWNERS_TEXT,
  current: OWNERS_CHANGE,
  waiting: null,
  warnings: [],
};
const OWNERS_REQUEST: JsonOf<typeof ownersChangeRequest> = {
  text: OWNERS_TEXT,
  reason: OWNERS_CHANGE.reason,
  expected: null,
};
const ownersChangeId = { environment: 'production', id: OWNERS_CHANGE.id };
const closedOwners = (state: 'rejected' | 'cancelled', by: string): JsonOf<typeof ownersChange> => ({
  ...OWNERS_WAITING,
  state,
  approvalsNeeded: 0,
  canApprove: [],
  closed: { at: '2026-09-14T09:30:00.000Z', by, comment: 'The list changes on Monday' },
});

const POINTER: JsonOf<typeof pointer> = {
  environment: 'production',
  channel: 'stable',
  version: 12,
  promotedAt: '2026-09-11T09:42:07.118Z',
  promotedBy: 'mara.lindqvist',
  promotion: APPLIED.id,
};
const PROMPT: JsonOf<typeof promptSummary> = {
  name: 'support/fee-estimate',
  archived: false,
  newest: SUMMARY,
  pointers: [POINTER],
  outdatedPartials: [],
};

const RELEASE: JsonOf<typeof release> = {
  id: APPLIED.id,
  environment: 'production',
  channel: 'stable',
  reason: APPLIED.reason,
  atomic: true,
  state: 'applied',
  counts: { applied: 1 },
  requestedBy: APPLIED.requestedBy,
  requestedAt: APPLIED.requestedAt,
  effectiveAt: null,
  promotions: [{ ...APPLIED, release: { id: APPLIED.id, atomic: true } }],
};
const { promotions: _, ...RELEASE_SUMMARY } = RELEASE;
const releaseAnswerOf = (
  state: 'applied' | 'pending' | 'rejected' | 'cancelled',
): JsonOf<typeof releaseAnswer> => {
  const promoted = {
    applied: APPLIED,
    pending: PENDING,
    rejected: closed('rejected', 'tomas.berg'),
    cancelled: closed('cancelled', 'mara.lindqvist'),
  }[state];
  const promotions = [{ ...promoted, release: { id: APPLIED.id, atomic: true } }];
  return {
    release: { ...RELEASE, state, counts: { [state]: 1 }, promotions },
    results: [
      {
        prompt: APPLIED.prompt,
        version: 12,
        outcome: state,
        promotion: APPLIED.id,
        code: null,
        detail: null,
      },
    ],
  };
};

const RELEASE_REQUEST: JsonOf<typeof releaseRequest> = {
  environment: 'production',
  channel: 'stable',
  reason: APPLIED.reason,
  items: [
    { prompt: 'support/fee-estimate', version: 12, from: 11 },
    { prompt: 'support/refunds', version: 4, from: null },
  ],
  atomic: true,
};

const COMMENT: JsonOf<typeof comment> = {
  id: '57',
  promotion: APPLIED.id,
  actor: 'tomas.berg',
  at: '2026-09-11T09:20:31.000Z',
  text: 'Should this name the currency?',
  place: { side: 'to', line: 9 },
};

const LINE_COMMENT: JsonOf<typeof lineComment> = {
  id: '4720',
  prompt: 'support/fee-estimate',
  version: 12,
  line: 9,
  promotion: null,
  actor: 'tomas.berg',
  at: '2026-09-11T09:50:02.000Z',
  text: 'Name the currency:\n```suggestion\nTell {{customer}} that the fee is {{fee}} in euros.\n```',
  editedAt: null,
};
const PLACE: JsonOf<typeof threadPlace> = { version: 12, line: 9 };
const THREAD: JsonOf<typeof lineThread> = {
  prompt: 'support/fee-estimate',
  ...PLACE,
  resolved: null,
  comments: [LINE_COMMENT],
};
const LINE_COMMENT_REQUEST: JsonOf<typeof lineCommentRequest> = { ...PLACE, text: LINE_COMMENT.text };
const COMMENT_EDIT: JsonOf<typeof commentEdit> = { text: 'Name the currency, please.' };

const POLICY: JsonOf<typeof policy> = {
  serves: ['stable'],
  pins: 'released',
  publishes: false,
  promoteFrom: 'staging',
  approvals: 1,
  rollbackNeedsApproval: false,
  authorsMayApprove: false,
  authorsReadDrafts: false,
};
const ENVIRONMENT: JsonOf<typeof environment> = { name: 'production', policy: POLICY };

const KEY: JsonOf<typeof key> = {
  id: '4fT9xWq2LmZ8',
  environment: 'production',
  role: 'reader',
  actor: 'checkout-service',
  createdAt: '2026-09-01T07:00:00.000Z',
  expiresAt: '2027-09-01T07:00:00.000Z',
  lastUsedAt: '2026-09-12T14:03:00.000Z',
  revokedAt: null,
};
const CREATED_KEY: JsonOf<typeof createdKey> = {
  ...KEY,
  lastUsedAt: null,
  key: 'pf_production_<id>_<secret>',
};

const WEBHOOK: JsonOf<typeof webhook> = {
  id: '4',
  environment: 'production',
  origin: 'https://hooks.slack.com',
  environments: ['production'],
  events: ['promotion.requested', 'promotion.applied'],
  format: 'slack',
  createdAt: '2026-09-01T07:10:00.000Z',
  createdBy: 'ops.lena',
  lastDeliveredAt: '2026-09-11T09:42:07.630Z',
  waiting: 0,
  givenUp: 0,
  lastFailure: null,
  stoppedAt: null,
};

const SERVED = {
  name: 'support/fee-estimate',
  version: 12,
  reference: 'support/fee-estimate@12',
  digest: EXAMPLE_DIGEST,
  environment: 'production',
  channel: 'stable',
};
const DIFF = `--- support/fee-estimate@11
+++ support/fee-estimate@12
@@ -7,3 +7,2 @@
 You are a helpful assistant of Northwind Bank.
-Tell {{customer}} that the fee is about {{fee}}.
-Round it to whole euros.
+Tell {{customer}} that the fee is {{fee}}.
`;

const PUBLISH_REQUEST: JsonOf<typeof publishRequest> = {
  source: EXAMPLE_SOURCE,
  message: 'Name the fee only',
  base: 11,
  origin: ORIGIN,
};
const PROMOTION_REQUEST: JsonOf<typeof promotionRequest> = {
  environment: 'production',
  channel: 'stable',
  version: 12,
  reason: APPLIED.reason,
  expected: 11,
};
const RENDER_REQUEST: JsonOf<typeof renderRequest> = {
  input: { customer: 'Ada Byron', fee: '12.50 EUR' },
};
const DECISION: JsonOf<typeof decisionRequest> = { comment: 'Checked against the list' };
const COMMENT_REQUEST: JsonOf<typeof commentRequest> = { text: COMMENT.text, place: COMMENT.place };
const ARCHIVE: JsonOf<typeof archiveRequest> = { reason: 'Replaced by support/fees' };
const KEY_REQUEST: JsonOf<typeof keyRequest> = {
  environment: 'production',
  role: 'reader',
  actor: 'checkout-service',
  expiresAt: '2027-09-01T07:00:00.000Z',
};
const KEY_ROTATION: JsonOf<typeof keyRotation> = { overlap: 86_400 };
const KEY_REVOCATION: JsonOf<typeof keyRevocation> = { cascade: true };
const WEBHOOK_REQUEST: JsonOf<typeof webhookRequest> = {
  url: 'https://hooks.slack.com/services/your-own-path',
  environments: ['production'],
  events: ['promotion.requested', 'promotion.applied'],
  format: 'slack',
};
const OPEN_PAGE = '<!DOCTYPE html>…';
const BATCH_REQUEST: JsonOf<typeof batchRequest> = {
  refs: ['support/fee-estimate@12', 'support/fee-estimate@99'],
};

const DELIVERY: JsonOf<typeof delivery> = {
  ...SERVED,
  template: TEMPLATE,
  metadata: {
    model: 'openai/gpt-5',
    config: {},
    input: {
      schema: {
        type: 'object',
        properties: { customer: { type: 'string' }, fee: { type: 'string' } },
        required: ['customer', 'fee'],
        additionalProperties: false,
      },
      default: {},
    },
    ext: {},
    raw: { model: 'openai/gpt-5', input: { schema: { customer: 'string', fee: 'string' } } },
  },
};
const RENDERED: JsonOf<typeof renderResponse> = {
  ...SERVED,
  messages: [{ role: 'user', content: [{ text: TEXT }] }],
  metadata: DELIVERY.metadata,
};
const DELIVERIES: JsonOf<typeof deliveriesResponse> = {
  environment: 'production',
  remaining: 0,
  data: [
    {
      status: 200,
      etag: `"${EXAMPLE_DIGEST}-3b1f0c9a7d5e2846"`,
      cacheControl: 'private, max-age=5, stale-while-revalidate=10, stale-if-error=86400',
      reference: SERVED.reference,
      delivery: DELIVERY,
    },
    {
      status: 404,
      problem: {
        type: 'urn:promptforge:problem:prompt_not_found',
        title: 'Prompt not found',
        status: 404,
        detail:
          'production serves no prompt "support/refunds". Check the name, or promote a version there first.',
        code: 'prompt_not_found',
      },
    },
  ],
};
const COMPARED: JsonOf<typeof diffResponse> = {
  prompt: 'support/fee-estimate',
  from: {
    ...SUMMARY,
    ...{ version: 11, digest: EARLIER_DIGEST, base: 10, message: 'Round the fee', bytes: 218 },
    origin: { commit: '0b7d3f5a9c1e', repository: 'https://github.com/northwind/prompts' },
  },
  to: SUMMARY,
  diff: DIFF,
  parts: [{ kind: 'prompt', from: 'support/fee-estimate@11', to: 'support/fee-estimate@12', diff: DIFF }],
  inputs: [],
};
const LIVE: JsonOf<typeof live> = {
  prompt: 'support/fee-estimate',
  environment: 'production',
  channel: 'stable',
  at: '2026-09-12T14:03:00.000Z',
  version: 12,
  digest: EXAMPLE_DIGEST,
  text: TEMPLATE,
  source: EXAMPLE_SOURCE,
  origin: ORIGIN,
  promotion: APPLIED,
  from: '2026-09-11T09:42:07.118Z',
  until: '2026-09-12T16:20:45.000Z',
  event: { seq: 4711, hash: HASH },
};
const CHANGES: JsonOf<typeof changes> = {
  events: [
    {
      seq: 4711,
      at: '2026-09-11T09:42:07.118Z',
      actor: 'tomas.berg',
      key: 'Hc7RkV0bYs3D',
      kind: 'promotion.applied',
      prompt: 'support/fee-estimate',
      version: 12,
      environment: 'production',
      channel: 'stable',
      data: { promotion: APPLIED.id, from: 11, reason: APPLIED.reason, rollback: false },
      previousHash: PREVIOUS_HASH,
      hash: HASH,
    },
  ],
  cursor: 'WyJjaGFuZ2VzIiw0NzExXQ',
} as JsonOf<typeof changes>;
const CONSISTENCY: JsonOf<typeof consistency> = {
  from: { seq: 4710, hash: PREVIOUS_HASH },
  to: { seq: 4711, hash: HASH },
  events: CHANGES.events,
};
const CHECKPOINT: JsonOf<typeof checkpoint> = {
  kind: 'promptforge.checkpoint.v1',
  seq: 4711,
  hash: HASH,
  at: '2026-09-12T14:05:00.000Z',
  publicKey: 'rQ9yVhb0pPz1C3Yv0m8J7s5nUeXw2LkTqGdRfBhNa4E=',
  signature: 'YW4gZXhhbXBsZSwgbm90IGEgc2lnbmF0dXJlOiBhIHJlYWwgb25lIGlzIDY0IGJ5dGVzIG9mIEVkMjU1MTkuLg==',
};
const REVOKED: JsonOf<typeof revokedKey> = {
  ...KEY,
  revokedAt: '2026-09-12T14:30:00.000Z',
  cascade: { keys: [], complete: true },
};
const CREATED_WEBHOOK: JsonOf<typeof createdWebhook> = {
  ...WEBHOOK,
  lastDeliveredAt: null,
  secret: 'whsec_<secret>',
};
const BATCH: JsonOf<typeof batchResponse> = {
  data: [VERSION],
  missing: ['support/fee-estimate@99'],
  remaining: [],
};

const LANGFUSE_PROMPT: JsonOf<typeof langfusePrompt> = {
  name: 'support/fee-estimate',
  version: 12,
  type: 'text',
  prompt: TEMPLATE,
  config: { model: 'openai/gpt-5' },
  labels: ['production'],
  tags: [],
  commitMessage: null,
  resolutionGraph: null,
};

const name = { name: 'support/fee-estimate' };
const promotionId = { id: APPLIED.id };
const keyId = { id: KEY.id };
const SEARCH_HIT: JsonOf<typeof searchHit> = {
  change: 'added',
  before: 0,
  after: 2,
  line: 9,
  text: 'Tell {{customer}} that the fee is {{fee}}.',
  version: SUMMARY,
};

const pageOf = (item: unknown) => ({ json: { data: [item], nextCursor: null } });

/** The examples by operation. Keys, secrets and signatures are placeholders. */
export const EXAMPLES: Readonly<Record<RouteName, RouteExample>> = {
  deliver: {
    path: name,
    query: { channel: 'stable' },
    responses: { 200: { json: DELIVERY, text: TEMPLATE } },
  },
  render: { path: name, request: RENDER_REQUEST, responses: { 200: { json: RENDERED, text: TEXT } } },
  deliverAll: {
    request: {
      prompts: [{ name: 'support/fee-estimate' }, { name: 'support/refunds', channel: 'stable' }],
    },
    responses: { 200: { json: DELIVERIES } },
  },
  deliveryChanges: {
    query: { after: 'lJ8v1Rk0cQ2yXw5tZ3nPaB', wait: 25 },
    responses: { 200: { json: { changed: true, cursor: '9sD4hKq7Lm1oVx6bTz0eRu' } } },
  },
  langfusePrompt: {
    path: name,
    query: { label: 'production' },
    responses: { 200: { json: LANGFUSE_PROMPT } },
  },
  listPrompts: { query: { prefix: 'support/', limit: 100 }, responses: { 200: pageOf(PROMPT) } },
  getPrompt: { path: name, responses: { 200: { json: PROMPT } } },
  publish: {
    path: name,
    request: PUBLISH_REQUEST,
    responses: { 200: { json: VERSION }, 201: { json: VERSION } },
  },
  listVersions: { path: name, query: { limit: 100 }, responses: { 200: pageOf(SUMMARY) } },
  getVersion: { path: { ...name, n: 12 }, responses: { 200: { json: VERSION } } },
  diff: {
    path: name,
    query: { from: '11', to: 'stable@production' },
    responses: { 200: { json: COMPARED, text: DIFF } },
  },
  live: {
    path: name,
    query: { environment: 'production', at: '2026-09-12T14:03:00Z' },
    responses: { 200: { json: LIVE } },
  },
  search: { query: { text: 'fee', prompt: 'support/fee-estimate' }, responses: { 200: pageOf(SEARCH_HIT) } },
  promote: {
    path: name,
    request: PROMOTION_REQUEST,
    responses: { 201: { json: { ...APPLIED, approvals: [], approvalsNeeded: 0 } }, 202: { json: PENDING } },
  },
  listPromotions: {
    query: { environment: 'production', state: 'pending' },
    responses: { 200: pageOf(PENDING) },
  },
  getPromotion: { path: promotionId, responses: { 200: { json: APPLIED } } },
  approve: {
    path: promotionId,
    request: DECISION,
    responses: {
      200: { json: APPLIED },
      202: { json: { ...PENDING, approvalsNeeded: 2, approvals: APPLIED.approvals, owners: [] } },
    },
  },
  reject: {
    path: promotionId,
    request: DECISION,
    responses: { 200: { json: closed('rejected', 'tomas.berg') } },
  },
  cancel: {
    path: promotionId,
    request: DECISION,
    responses: { 200: { json: closed('cancelled', 'mara.lindqvist') } },
  },
  listComments: { path: promotionId, responses: { 200: pageOf(COMMENT) } },
  comment: { path: promotionId, request: COMMENT_REQUEST, responses: { 201: { json: COMMENT } } },
  promoteRelease: {
    request: RELEASE_REQUEST,
    responses: {
      200: {
        json: {
          release: null,
          results: [
            {
              prompt: APPLIED.prompt,
              version: 12,
              outcome: 'already_live',
              promotion: null,
              code: null,
              detail: null,
            },
          ],
        },
      },
      201: { json: releaseAnswerOf('applied') },
      202: { json: releaseAnswerOf('pending') },
    },
  },
  listReleases: { query: { environment: 'production' }, responses: { 200: pageOf(RELEASE_SUMMARY) } },
  getRelease: { path: promotionId, responses: { 200: { json: RELEASE } } },
  approveRelease: {
    path: promotionId,
    request: DECISION,
    responses: { 200: { json: releaseAnswerOf('applied') }, 202: { json: releaseAnswerOf('pending') } },
  },
  rejectRelease: {
    path: promotionId,
    request: DECISION,
    responses: { 200: { json: releaseAnswerOf('rejected') } },
  },
  cancelRelease: {
    path: promotionId,
    request: DECISION,
    responses: { 200: { json: releaseAnswerOf('cancelled') } },
  },
  listThreads: { path: name, query: { version: 12, state: 'open' }, responses: { 200: pageOf(THREAD) } },
  addComment: { path: name, request: LINE_COMMENT_REQUEST, responses: { 201: { json: LINE_COMMENT } } },
  resolveThread: {
    path: name,
    request: PLACE,
    responses: {
      200: { json: { ...THREAD, resolved: { at: '2026-09-11T10:02:00.000Z', by: 'mara.lindqvist' } } },
    },
  },
  unresolveThread: { path: name, request: PLACE, responses: { 200: { json: THREAD } } },
  editComment: {
    path: { ...name, id: LINE_COMMENT.id },
    request: COMMENT_EDIT,
    responses: { 200: { json: { ...LINE_COMMENT, ...COMMENT_EDIT, editedAt: '2026-09-11T09:55:40.000Z' } } },
  },
  deleteComment: { path: { ...name, id: LINE_COMMENT.id }, responses: { 200: { json: LINE_COMMENT } } },
  archive: { path: name, request: ARCHIVE, responses: { 200: { json: { ...PROMPT, archived: true } } } },
  restore: { path: name, request: {}, responses: { 200: { json: PROMPT } } },
  changes: { query: { after: '4710', wait: 30 }, responses: { 200: { json: CHANGES } } },
  checkpoint: { responses: { 200: { json: CHECKPOINT } } },
  consistency: { query: { from: 4710, to: 4711 }, responses: { 200: { json: CONSISTENCY } } },
  batch: { request: BATCH_REQUEST, responses: { 200: { json: BATCH } } },
  listEnvironments: { responses: { 200: pageOf(ENVIRONMENT) } },
  putEnvironment: {
    path: { environment: 'production' },
    request: POLICY,
    responses: { 200: { json: ENVIRONMENT }, 201: { json: ENVIRONMENT } },
  },
  listOwnersChanges: { responses: { 200: { json: { data: [OWNERS_WAITING] } } } },
  getOwners: { path: { environment: 'production' }, responses: { 200: { json: OWNERS } } },
  requestOwners: {
    path: { environment: 'production' },
    request: OWNERS_REQUEST,
    responses: {
      201: { json: { change: { ...OWNERS_CHANGE, approvals: [], approvalsNeeded: 0 }, warnings: [] } },
      202: { json: { change: OWNERS_WAITING, warnings: [] } },
    },
  },
  approveOwners: {
    path: ownersChangeId,
    request: DECISION,
    responses: { 200: { json: OWNERS_CHANGE }, 202: { json: { ...OWNERS_WAITING, approvalsNeeded: 2 } } },
  },
  rejectOwners: {
    path: ownersChangeId,
    request: DECISION,
    responses: { 200: { json: closedOwners('rejected', 'tomas.berg') } },
  },
  cancelOwners: {
    path: ownersChangeId,
    request: DECISION,
    responses: { 200: { json: closedOwners('cancelled', 'mara.lindqvist') } },
  },
  listKeys: { responses: { 200: pageOf(KEY) } },
  createKey: { request: KEY_REQUEST, responses: { 201: { json: CREATED_KEY } } },
  currentKey: { responses: { 200: { json: KEY } } },
  revokeKey: { path: keyId, request: KEY_REVOCATION, responses: { 200: { json: REVOKED } } },
  rotateKey: { path: keyId, request: KEY_ROTATION, responses: { 201: { json: CREATED_KEY } } },
  listWebhooks: { responses: { 200: pageOf(WEBHOOK) } },
  createWebhook: { request: WEBHOOK_REQUEST, responses: { 201: { json: CREATED_WEBHOOK } } },
  removeWebhook: { path: { id: WEBHOOK.id }, responses: { 200: { json: WEBHOOK } } },
  openPromotion: { path: { id: '4711' }, responses: { 200: { text: OPEN_PAGE } } },
  openVersion: { query: { ref: 'support/fee-estimate@12' }, responses: { 200: { text: OPEN_PAGE } } },
  openOwners: { query: { environment: 'production' }, responses: { 200: { text: OPEN_PAGE } } },
  healthz: { responses: { 200: { json: { status: 'ok' } } } },
  readyz: { responses: { 200: { json: { status: 'ok', database: 'ok', log: 'verified' } } } },
  metrics: {
    responses: {
      200: {
        text: '# HELP promptforge_database_up Whether the database answered when it was last asked.\n# TYPE promptforge_database_up gauge\npromptforge_database_up 1\n',
      },
    },
  },
  openapi: { responses: { 200: { json: { openapi: '3.1.0' } } } },
};
