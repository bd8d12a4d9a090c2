/**
 * The API as a table, one entry per call. The server mounts it, the client calls it and the OpenAPI document is
 * generated from it, so that they cannot disagree.
 */
import * as z from 'zod';
import { KEY_PROBLEMS, type ProblemCode } from '../core/problem.ts';
import type { Role } from '../core/role.ts';
import { changes, changesQuery } from './changes.ts';
import { checkpoint } from './checkpoint.ts';
import {
  commentEdit,
  lineComment,
  lineCommentRequest,
  lineThread,
  lineThreadPage,
  lineThreadQuery,
  threadPlace,
} from './comments.ts';
import { consistency, consistencyQuery } from './consistency.ts';
import {
  deliveriesRequest,
  deliveriesResponse,
  deliveryChanges,
  deliveryChangesQuery,
} from './deliveries.ts';
import { openOwnersQuery, openVersionQuery } from './editor-links.ts';
import { environment, environmentList, policy } from './environments.ts';
import {
  createdKey,
  key,
  keyListQuery,
  keyPage,
  keyRequest,
  keyRevocation,
  keyRotation,
  revokedKey,
} from './keys.ts';
import { langfusePrompt, langfuseQuery } from './langfuse.ts';
import { live, liveQuery } from './live.ts';
import { owners, ownersChange, ownersChangeAnswer, ownersChangeList, ownersChangeRequest } from './owners.ts';
import {
  comment,
  commentPage,
  commentRequest,
  decisionRequest,
  promotion,
  promotionListQuery,
  promotionPage,
  promotionRequest,
} from './promotions.ts';
import {
  archiveRequest,
  batchRequest,
  batchResponse,
  delivery,
  deliveryQuery,
  diffQuery,
  diffResponse,
  promptListQuery,
  promptPage,
  promptSummary,
  publishQuery,
  publishRequest,
  publishResponse,
  renderRequest,
  renderResponse,
  version,
  versionPage,
} from './prompts.ts';
import { release, releaseAnswer, releaseListQuery, releasePage, releaseRequest } from './releases.ts';
import { searchPage, searchQuery } from './search.ts';
import { environmentName, pageQuery, promptName } from './values.ts';
import { createdWebhook, webhook, webhookListQuery, webhookPage, webhookRequest } from './webhooks.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `{name}` is a prompt name, which may contain slashes; `{n}`, `{id}` and `{environment}` are one segment each. */
  readonly path: string;
  readonly summary: string;
  /** The minimum role; null: no key is needed. */
  readonly role: Role | null;
  /** A server that listens beyond its own machine still requires a key of any role. */
  readonly keyBeyondItsMachine?: true;
  /** The key may also be the password of Basic authentication (RFC 7617), with any user name. */
  readonly takesBasic?: true;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** By status: the schema of a JSON response, the media type of a text response, or both. */
  readonly responses: Readonly<
    Record<number, { readonly description: string; readonly json?: z.ZodType; readonly text?: string }>
  >;
  /** The problems of this call, in addition to those that every call may return. */
  readonly problems: readonly ProblemCode[];
}

const readiness = z.object({
  status: z.literal('ok'),
  database: z.literal('ok'),
  log: z.enum(['verifying', 'verified', 'broken', 'unverified']).meta({
    description:
      'Whether everything has been verified since the process started. broken: only earlier releases; now the response is 503 with the code log_broken.',
  }),
});
export type Readiness = z.infer<typeof readiness>;

const prompt404 = ['invalid_name', 'prompt_not_found'] as const satisfies readonly ProblemCode[];
const delivering = [
  ...prompt404,
  'version_not_found',
  'channel_unset',
  'channel_not_served',
  'version_not_released',
  'environment_not_found',
] as const;

const deciding = [
  'promotion_not_found',
  'wrong_environment',
  'promotion_closed',
  'idempotency_key_reused',
] as const satisfies readonly ProblemCode[];

const decidingRelease = [
  'release_not_found',
  'wrong_environment',
  'promotion_closed',
  'idempotency_key_reused',
] as const satisfies readonly ProblemCode[];

const commenting = [
  ...prompt404,
  'version_not_released',
  'prompt_archived',
  'idempotency_key_reused',
] as const satisfies readonly ProblemCode[];

const decidingOwners = [
  'environment_not_found',
  'owners_change_not_found',
  'wrong_environment',
  'owners_change_closed',
  'idempotency_key_reused',
] as const satisfies readonly ProblemCode[];

export const ROUTES = {
  deliver: {
    method: 'GET',
    path: '/v1/prompts/{name}',
    summary: 'The text of a channel or a version, with partials resolved',
    role: 'reader',
    query: deliveryQuery,
    responses: {
      200: {
        description: 'The template, or with Accept: application/json the whole delivery',
        json: delivery,
        text: 'text/plain',
      },
      304: { description: 'Not modified' },
    },
    problems: [...delivering, 'not_acceptable'],
  },
  render: {
    method: 'POST',
    path: '/v1/prompts/{name}/-/render',
    summary: 'The rendered text, or messages as Dotprompt defines them',
    role: 'reader',
    body: renderRequest,
    responses: {
      200: {
        description: 'The rendered text, or with Accept: application/json the messages',
        json: renderResponse,
        text: 'text/plain',
      },
      304: { description: 'Not modified' },
    },
    problems: [
      ...delivering,
      'missing_input',
      'invalid_input',
      'too_expensive',
      'invalid_source',
      'not_acceptable',
    ],
  },
  deliverAll: {
    method: 'POST',
    path: '/v1/deliveries',
    summary: 'Up to 100 deliveries in one response, 1 MiB at a time',
    role: 'reader',
    body: deliveriesRequest,
    responses: {
      200: { description: 'Each with the status of a separate request', json: deliveriesResponse },
    },
    problems: [],
  },
  deliveryChanges: {
    method: 'GET',
    path: '/v1/deliveries/changes',
    summary: "Whether a channel of the key's environment has moved",
    role: 'reader',
    query: deliveryChangesQuery,
    responses: { 200: { description: 'When one has moved, or after the timeout', json: deliveryChanges } },
    problems: ['environment_not_found'],
  },
  langfusePrompt: {
    method: 'GET',
    path: '/api/public/v2/prompts/{name}',
    summary: 'A prompt for Langfuse clients',
    role: 'reader',
    takesBasic: true,
    query: langfuseQuery,
    responses: {
      200: { description: 'The prompt with its variables, partials resolved', json: langfusePrompt },
      304: { description: 'Not modified' },
    },
    problems: [...delivering, 'not_acceptable', 'too_expensive', 'invalid_source'],
  },
  listPrompts: {
    method: 'GET',
    path: '/v1/prompts',
    summary: 'Prompts by name, with their newest version and pointers',
    role: 'author',
    query: promptListQuery,
    responses: { 200: { description: 'A page', json: promptPage } },
    problems: [],
  },
  getPrompt: {
    method: 'GET',
    path: '/v1/prompts/{name}/-/summary',
    summary: 'One prompt as in the list',
    role: 'author',
    responses: { 200: { description: 'The prompt', json: promptSummary } },
    problems: [...prompt404],
  },
  publish: {
    method: 'POST',
    path: '/v1/prompts/{name}/-/versions',
    summary: 'Publish a version',
    role: 'author',
    query: publishQuery,
    body: publishRequest,
    responses: {
      200: {
        description:
          'The newest version, if it has the same source. With ?dryRun=true the version that would be published, and wouldCreate',
        json: publishResponse,
      },
      201: { description: 'The new version', json: version },
    },
    problems: [
      'invalid_name',
      'publishing_not_allowed',
      'base_outdated',
      'prompt_archived',
      'name_taken',
      'too_large',
      'invalid_source',
      'idempotency_key_reused',
    ],
  },
  listVersions: {
    method: 'GET',
    path: '/v1/prompts/{name}/-/versions',
    summary: 'History, newest first',
    role: 'author',
    query: pageQuery,
    responses: { 200: { description: 'A page', json: versionPage } },
    problems: [...prompt404],
  },
  getVersion: {
    method: 'GET',
    path: '/v1/prompts/{name}/-/versions/{n}',
    summary: 'One version with its source',
    role: 'author',
    responses: { 200: { description: 'The version', json: version } },
    problems: [...prompt404, 'version_not_found', 'version_not_released'],
  },
  diff: {
    method: 'GET',
    path: '/v1/prompts/{name}/-/diff',
    summary: 'Unified diff of two versions, including partials',
    role: 'author',
    query: diffQuery,
    responses: {
      200: {
        description:
          'The diff; with Accept: application/json its ends, its parts and the differences of the inputs',
        json: diffResponse,
        text: 'text/x-diff',
      },
    },
    problems: [
      ...prompt404,
      'version_not_found',
      'version_not_released',
      'channel_unset',
      'environment_not_found',
      'not_acceptable',
    ],
  },
  live: {
    method: 'GET',
    path: '/v1/prompts/{name}/-/live',
    summary: 'What was live at an instant, its promotion, and until when',
    role: 'author',
    query: liveQuery,
    responses: { 200: { description: 'The version, its text and the promotion', json: live } },
    problems: [...prompt404, 'environment_not_found', 'not_live_yet', 'version_not_released'],
  },
  search: {
    method: 'GET',
    path: '/v1/search',
    summary: 'Versions that added or removed a text',
    role: 'author',
    query: searchQuery,
    responses: {
      200: { description: 'A page, of versions that the key may read', json: searchPage },
    },
    problems: ['prompt_not_found'],
  },
  promote: {
    method: 'POST',
    path: '/v1/prompts/{name}/-/promotions',
    summary: 'Move a pointer of an environment, by compare-and-set',
    role: 'author',
    body: promotionRequest,
    responses: {
      201: { description: 'Applied', json: promotion },
      202: { description: 'Waits for approvals, or for its time', json: promotion },
    },
    problems: [
      ...prompt404,
      'version_not_found',
      'environment_not_found',
      'wrong_environment',
      'pointer_moved',
      'not_promoted_from',
      'prompt_archived',
      'already_live',
      'idempotency_key_reused',
    ],
  },
  listPromotions: {
    method: 'GET',
    path: '/v1/promotions',
    summary: 'Promotions, newest first',
    role: 'author',
    query: promotionListQuery,
    responses: { 200: { description: 'A page', json: promotionPage } },
    problems: ['environment_not_found'],
  },
  getPromotion: {
    method: 'GET',
    path: '/v1/promotions/{id}',
    summary: 'One promotion',
    role: 'author',
    responses: { 200: { description: 'The promotion', json: promotion } },
    problems: ['promotion_not_found'],
  },
  approve: {
    method: 'POST',
    path: '/v1/promotions/{id}/approve',
    summary:
      'Approve a promotion that others requested and wrote; the last approval applies it, or schedules it',
    role: 'approver',
    body: decisionRequest,
    responses: {
      200: { description: 'Applied', json: promotion },
      202: { description: 'Waits for more approvals, or for its time', json: promotion },
    },
    problems: [
      ...deciding,
      'part_of_release',
      'self_approval',
      'already_approved',
      'pointer_moved',
      'not_promoted_from',
      'prompt_archived',
    ],
  },
  reject: {
    method: 'POST',
    path: '/v1/promotions/{id}/reject',
    summary: 'Reject a pending promotion',
    role: 'approver',
    body: decisionRequest,
    responses: { 200: { description: 'Rejected', json: promotion } },
    problems: [...deciding, 'part_of_release'],
  },
  cancel: {
    method: 'POST',
    path: '/v1/promotions/{id}/cancel',
    summary: 'Cancel a pending promotion, as its requester or an admin',
    role: 'author',
    body: decisionRequest,
    responses: { 200: { description: 'Canceled', json: promotion } },
    problems: [...deciding, 'part_of_release'],
  },
  listComments: {
    method: 'GET',
    path: '/v1/promotions/{id}/comments',
    summary: 'Review comments, oldest first',
    role: 'author',
    query: pageQuery,
    responses: { 200: { description: 'A page', json: commentPage } },
    problems: ['promotion_not_found'],
  },
  comment: {
    method: 'POST',
    path: '/v1/promotions/{id}/comments',
    summary: 'Comment on a promotion, or on a line of one side',
    role: 'author',
    body: commentRequest,
    responses: { 201: { description: 'The comment', json: comment } },
    problems: [
      'promotion_not_found',
      'promotion_closed',
      'prompt_archived',
      'version_not_released',
      'idempotency_key_reused',
    ],
  },
  promoteRelease: {
    method: 'POST',
    path: '/v1/releases',
    summary: 'Promote versions of up to 200 prompts under one id, by compare-and-set',
    role: 'author',
    body: releaseRequest,
    responses: {
      200: { description: 'Nothing was left to promote', json: releaseAnswer },
      201: { description: 'Applied', json: releaseAnswer },
      202: { description: 'Waits for approvals, or for its time', json: releaseAnswer },
    },
    problems: [
      ...prompt404,
      'version_not_found',
      'environment_not_found',
      'wrong_environment',
      'pointer_moved',
      'not_promoted_from',
      'prompt_archived',
      'idempotency_key_reused',
    ],
  },
  listReleases: {
    method: 'GET',
    path: '/v1/releases',
    summary: 'Releases, newest first, without their promotions',
    role: 'author',
    query: releaseListQuery,
    responses: { 200: { description: 'A page', json: releasePage } },
    problems: ['environment_not_found'],
  },
  getRelease: {
    method: 'GET',
    path: '/v1/releases/{id}',
    summary: 'One release, with its promotions',
    role: 'author',
    responses: { 200: { description: 'The release', json: release } },
    problems: ['release_not_found'],
  },
  approveRelease: {
    method: 'POST',
    path: '/v1/releases/{id}/approve',
    summary:
      'Approve a release that others requested and wrote; an atomic one is approved and applied as a whole, or not at all',
    role: 'approver',
    body: decisionRequest,
    responses: {
      200: { description: 'Applied', json: releaseAnswer },
      202: { description: 'Some of it waits for more approvals, or for its time', json: releaseAnswer },
    },
    problems: [
      ...decidingRelease,
      'self_approval',
      'already_approved',
      'pointer_moved',
      'not_promoted_from',
      'prompt_archived',
    ],
  },
  rejectRelease: {
    method: 'POST',
    path: '/v1/releases/{id}/reject',
    summary: 'Reject the pending promotions of a release',
    role: 'approver',
    body: decisionRequest,
    responses: { 200: { description: 'Rejected', json: releaseAnswer } },
    problems: [...decidingRelease],
  },
  cancelRelease: {
    method: 'POST',
    path: '/v1/releases/{id}/cancel',
    summary: 'Cancel the pending promotions of a release, as its requester or an admin',
    role: 'author',
    body: decisionRequest,
    responses: { 200: { description: 'Canceled', json: releaseAnswer } },
    problems: [...decidingRelease],
  },
  listThreads: {
    method: 'GET',
    path: '/v1/prompts/{name}/-/comments',
    summary: 'Comments at the lines of versions, the newest version first',
    role: 'author',
    query: lineThreadQuery,
    responses: { 200: { description: 'A page of threads', json: lineThreadPage } },
    problems: [...prompt404, 'version_not_found', 'version_not_released'],
  },
  addComment: {
    method: 'POST',
    path: '/v1/prompts/{name}/-/comments',
    summary: 'Comment on a line of a version, or reply to a comment there',
    role: 'author',
    body: lineCommentRequest,
    responses: { 201: { description: 'The comment', json: lineComment } },
    problems: [...commenting, 'version_not_found'],
  },
  resolveThread: {
    method: 'POST',
    path: '/v1/prompts/{name}/-/comments/resolve',
    summary: 'Mark the comments at a line as resolved',
    role: 'author',
    body: threadPlace,
    responses: { 200: { description: 'The thread', json: lineThread } },
    problems: [...commenting, 'version_not_found', 'comment_not_found'],
  },
  unresolveThread: {
    method: 'POST',
    path: '/v1/prompts/{name}/-/comments/unresolve',
    summary: 'Reopen the comments at a line',
    role: 'author',
    body: threadPlace,
    responses: { 200: { description: 'The thread', json: lineThread } },
    problems: [...commenting, 'version_not_found', 'comment_not_found'],
  },
  editComment: {
    method: 'PUT',
    path: '/v1/prompts/{name}/-/comments/{id}',
    summary: 'Edit your own comment',
    role: 'author',
    body: commentEdit,
    responses: { 200: { description: 'The comment', json: lineComment } },
    problems: [...commenting, 'comment_not_found', 'promotion_closed'],
  },
  deleteComment: {
    method: 'DELETE',
    path: '/v1/prompts/{name}/-/comments/{id}',
    summary: 'Delete your own comment, or any as an admin',
    role: 'author',
    responses: { 200: { description: 'The deleted comment', json: lineComment } },
    problems: [
      ...prompt404,
      'comment_not_found',
      'version_not_released',
      'promotion_closed',
      'idempotency_key_reused',
    ],
  },
  archive: {
    method: 'POST',
    path: '/v1/prompts/{name}/-/archive',
    summary: 'Stop listing and publishing a prompt; live versions stay live',
    role: 'admin',
    body: archiveRequest,
    responses: { 200: { description: 'The prompt', json: promptSummary } },
    problems: [...prompt404, 'publishing_not_allowed'],
  },
  restore: {
    method: 'POST',
    path: '/v1/prompts/{name}/-/restore',
    summary: 'Undo an archive',
    role: 'admin',
    body: archiveRequest,
    responses: { 200: { description: 'The prompt', json: promptSummary } },
    problems: [...prompt404, 'publishing_not_allowed'],
  },
  changes: {
    method: 'GET',
    path: '/v1/changes',
    summary: 'The event log after a cursor',
    role: 'author',
    query: changesQuery,
    responses: { 200: { description: 'Events in order', json: changes } },
    problems: [],
  },
  checkpoint: {
    method: 'GET',
    path: '/v1/checkpoint',
    summary: 'The end of the log, signed by the registry',
    role: 'author',
    responses: { 200: { description: 'The last event, and the signature over it', json: checkpoint } },
    problems: [],
  },
  consistency: {
    method: 'GET',
    path: '/v1/consistency',
    summary: 'Proof that one head of the log extends another',
    role: 'author',
    query: consistencyQuery,
    responses: { 200: { description: 'The events between the two heads, up to 1000', json: consistency } },
    problems: [],
  },
  batch: {
    method: 'POST',
    path: '/v1/versions/batch',
    summary: 'Up to 500 versions with source, 8 MiB at a time',
    role: 'author',
    body: batchRequest,
    responses: {
      200: {
        description:
          'The versions that exist and that the key may read, in the requested order, and the references of missing and of remaining ones',
        json: batchResponse,
      },
    },
    problems: ['invalid_name'],
  },
  listEnvironments: {
    method: 'GET',
    path: '/v1/environments',
    summary: 'Environments and their policies, in promotion order',
    role: 'author',
    responses: { 200: { description: 'All of them', json: environmentList } },
    problems: [],
  },
  putEnvironment: {
    method: 'PUT',
    path: '/v1/environments/{environment}',
    summary: 'Set the policy of an environment',
    role: 'admin',
    body: policy,
    responses: {
      200: { description: 'Changed', json: environment },
      201: { description: 'Added after the others', json: environment },
    },
    problems: ['wrong_environment', 'environment_not_found', 'publishing_not_allowed'],
  },
  listOwnersChanges: {
    method: 'GET',
    path: '/v1/owners-changes',
    summary: 'Pending changes of owners, in any environment',
    role: 'author',
    responses: { 200: { description: 'All of them', json: ownersChangeList } },
    problems: [],
  },
  getOwners: {
    method: 'GET',
    path: '/v1/environments/{environment}/owners',
    summary: 'Owners of prompts in an environment, and their pending change',
    role: 'author',
    responses: { 200: { description: 'The owners', json: owners } },
    problems: ['environment_not_found'],
  },
  requestOwners: {
    method: 'POST',
    path: '/v1/environments/{environment}/owners',
    summary: 'Request a change of owners, by compare-and-set; like a promotion, it needs approval by others',
    role: 'admin',
    body: ownersChangeRequest,
    responses: {
      201: { description: 'Applied', json: ownersChangeAnswer },
      202: { description: 'Waits for approvals', json: ownersChangeAnswer },
    },
    problems: [
      'environment_not_found',
      'wrong_environment',
      'owners_changed',
      'owners_locked_out',
      'idempotency_key_reused',
    ],
  },
  approveOwners: {
    method: 'POST',
    path: '/v1/environments/{environment}/owners/{id}/approve',
    summary: 'Approve a change of owners that someone else requested',
    role: 'approver',
    body: decisionRequest,
    responses: {
      200: { description: 'Applied', json: ownersChange },
      202: { description: 'Waits for more approvals', json: ownersChange },
    },
    problems: [...decidingOwners, 'self_approval', 'already_approved', 'owners_locked_out'],
  },
  rejectOwners: {
    method: 'POST',
    path: '/v1/environments/{environment}/owners/{id}/reject',
    summary: 'Reject a pending change of owners',
    role: 'approver',
    body: decisionRequest,
    responses: { 200: { description: 'Rejected', json: ownersChange } },
    problems: [...decidingOwners],
  },
  cancelOwners: {
    method: 'POST',
    path: '/v1/environments/{environment}/owners/{id}/cancel',
    summary: 'Cancel a pending change of owners, as its requester or an admin',
    role: 'author',
    body: decisionRequest,
    responses: { 200: { description: 'Canceled', json: ownersChange } },
    problems: [...decidingOwners],
  },
  listKeys: {
    method: 'GET',
    path: '/v1/keys',
    summary: "Keys of the key's own environment",
    role: 'admin',
    query: keyListQuery,
    responses: { 200: { description: 'A page', json: keyPage } },
    problems: [],
  },
  createKey: {
    method: 'POST',
    path: '/v1/keys',
    summary: "Create a key for the key's own environment; only this response contains the whole credential",
    role: 'admin',
    body: keyRequest,
    responses: { 201: { description: 'The key', json: createdKey } },
    problems: ['wrong_environment', 'environment_not_found'],
  },
  currentKey: {
    method: 'GET',
    path: '/v1/keys/current',
    summary: 'The record of the key in use',
    role: 'reader',
    responses: { 200: { description: 'The key, without its secret', json: key } },
    problems: [],
  },
  revokeKey: {
    method: 'POST',
    path: '/v1/keys/{id}/revoke',
    summary: 'Revoke a key at once',
    role: 'admin',
    body: keyRevocation,
    responses: { 200: { description: 'The key', json: revokedKey } },
    problems: ['key_not_found', 'wrong_environment'],
  },
  rotateKey: {
    method: 'POST',
    path: '/v1/keys/{id}/rotate',
    summary: 'Create a replacement for a key, which stays valid for a while',
    role: 'admin',
    body: keyRotation,
    responses: { 201: { description: 'The new key', json: createdKey } },
    problems: ['key_not_found', 'wrong_environment', 'key_ended'],
  },
  listWebhooks: {
    method: 'GET',
    path: '/v1/webhooks',
    summary: "Webhooks of the key's own environment, newest first",
    role: 'admin',
    query: webhookListQuery,
    responses: { 200: { description: 'A page', json: webhookPage } },
    problems: [],
  },
  createWebhook: {
    method: 'POST',
    path: '/v1/webhooks',
    summary:
      'Send versions, promotions and comments to a URL; only this response contains the signing secret',
    role: 'admin',
    body: webhookRequest,
    responses: { 201: { description: 'The webhook', json: createdWebhook } },
    problems: ['webhooks_not_served', 'environment_not_found'],
  },
  removeWebhook: {
    method: 'DELETE',
    path: '/v1/webhooks/{id}',
    summary: 'Remove a webhook and its pending events',
    role: 'admin',
    responses: { 200: { description: 'The removed webhook', json: webhook } },
    problems: ['webhook_not_found', 'wrong_environment'],
  },
  openPromotion: {
    method: 'GET',
    path: '/open/promotion/{id}',
    summary: 'A page that opens a promotion in VS Code',
    role: null,
    responses: { 200: { description: 'The page', text: 'text/html' } },
    problems: [],
  },
  openVersion: {
    method: 'GET',
    path: '/open/version',
    summary: 'A page that opens a version in VS Code',
    role: null,
    query: openVersionQuery,
    responses: { 200: { description: 'The page', text: 'text/html' } },
    problems: ['invalid_name'],
  },
  openOwners: {
    method: 'GET',
    path: '/open/owners',
    summary: 'A page that opens the owners of an environment, or their pending change, in VS Code',
    role: null,
    query: openOwnersQuery,
    responses: { 200: { description: 'The page', text: 'text/html' } },
    problems: [],
  },
  healthz: {
    method: 'GET',
    path: '/healthz',
    summary: 'The process answers',
    role: null,
    responses: { 200: { description: 'Alive', json: z.object({ status: z.literal('ok') }) } },
    problems: [],
  },
  readyz: {
    method: 'GET',
    path: '/readyz',
    summary: 'The process accepts requests and its database responds',
    role: null,
    responses: { 200: { description: 'Ready', json: readiness } },
    problems: [],
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics of the process and its registry for Prometheus',
    role: null,
    responses: { 200: { description: 'Prometheus text', text: 'text/plain' } },
    keyBeyondItsMachine: true,
    problems: [],
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    role: null,
    responses: { 200: { description: 'OpenAPI 3.1', json: z.looseObject({ openapi: z.string() }) } },
    problems: [],
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;

/** The parameters of paths, by name, for the OpenAPI document. */
export const PATH_PARAMETERS = {
  name: promptName,
  n: z.coerce.number().int().min(1),
  id: z.string().min(1).max(100),
  environment: environmentName,
} as const;

/** Problems that any call may return. */
export const COMMON_PROBLEMS = [
  // From a process that only delivers, or from an earlier release without this call.
  'route_not_found',
  'invalid_request',
  'too_large',
  'unsupported_media_type',
  'rate_limited',
  'queue_full',
  'internal_error',
  'log_broken',
  'unavailable',
] as const satisfies readonly ProblemCode[];

/** Every problem that a call may return. */
export function problemsOf({ role, keyBeyondItsMachine, problems }: Route): readonly ProblemCode[] {
  const asksForKey = role !== null || keyBeyondItsMachine === true;
  return [...COMMON_PROBLEMS, ...(asksForKey ? KEY_PROBLEMS : []), ...problems];
}

/** The path of a route with its parameters filled in. Only invalid values need encoding. */
export function pathOf(
  route: Pick<Route, 'path'>,
  parameters: Readonly<Record<string, string | number>> = {},
): string {
  return route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(parameters[name]);
    return value.split('/').map(encodeURIComponent).join('/');
  });
}
