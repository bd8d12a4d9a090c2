/** Errors over HTTP: RFC 9457 `application/problem+json`, one status for each code of the domain. */
import * as z from 'zod';
import { SOURCE_ERROR_CODES } from '../core/check/finding.ts';
import { PROBLEM_CODES, type ProblemCode } from '../core/problem.ts';
import { digest, versionNumber } from './values.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export const PROBLEM_STATUS: Readonly<Record<ProblemCode, number>> = {
  key_missing: 401,
  key_malformed: 401,
  key_unknown: 401,
  key_revoked: 401,
  key_expired: 401,
  role_too_low: 403,
  wrong_environment: 403,
  publishing_not_allowed: 403,
  webhooks_not_served: 403,
  channel_not_served: 403,
  version_not_released: 403,
  prompt_not_found: 404,
  version_not_found: 404,
  promotion_not_found: 404,
  environment_not_found: 404,
  key_not_found: 404,
  webhook_not_found: 404,
  route_not_found: 404,
  channel_unset: 404,
  not_live_yet: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  base_outdated: 409,
  pointer_moved: 409,
  self_approval: 409,
  already_approved: 409,
  promotion_closed: 409,
  too_few_approvals: 409,
  not_promoted_from: 409,
  prompt_archived: 409,
  already_live: 409,
  key_ended: 409,
  too_large: 413,
  unsupported_media_type: 415,
  invalid_source: 422,
  invalid_request: 422,
  invalid_name: 422,
  idempotency_key_reused: 422,
  missing_input: 422,
  invalid_input: 422,
  too_expensive: 422,
  rate_limited: 429,
  internal_error: 500,
  unavailable: 503,
};

/** The short, unchanging title of each code. */
export const PROBLEM_TITLE: Readonly<Record<ProblemCode, string>> = {
  key_missing: 'No key',
  key_malformed: 'Not a key',
  key_unknown: 'Unknown key',
  key_revoked: 'Key revoked',
  key_expired: 'Key expired',
  role_too_low: 'Role too low',
  wrong_environment: 'Key of another environment',
  publishing_not_allowed: 'Publishing not allowed',
  webhooks_not_served: 'Webhooks not served',
  channel_not_served: 'Channel not served',
  version_not_released: 'Version not released',
  prompt_not_found: 'Prompt not found',
  version_not_found: 'Version not found',
  promotion_not_found: 'Promotion not found',
  environment_not_found: 'Environment not found',
  key_not_found: 'Key not found',
  webhook_not_found: 'Webhook not found',
  route_not_found: 'No such resource',
  channel_unset: 'Channel unset',
  not_live_yet: 'Not live yet',
  method_not_allowed: 'Method not allowed',
  not_acceptable: 'Not acceptable',
  base_outdated: 'Base outdated',
  pointer_moved: 'Pointer moved',
  self_approval: 'Own request',
  already_approved: 'Approved already',
  promotion_closed: 'Promotion closed',
  too_few_approvals: 'Too few approvals',
  not_promoted_from: 'Not promoted there first',
  prompt_archived: 'Prompt archived',
  already_live: 'Already live',
  key_ended: 'Key no longer valid',
  too_large: 'Too large',
  unsupported_media_type: 'Unsupported media type',
  invalid_source: 'Invalid source',
  invalid_request: 'Invalid request',
  invalid_name: 'Invalid name',
  idempotency_key_reused: 'Idempotency key used for another request',
  missing_input: 'Missing input',
  invalid_input: 'Input does not fit its schema',
  too_expensive: 'Too expensive',
  rate_limited: 'Too many requests',
  internal_error: 'Internal error',
  unavailable: 'Unavailable',
};

const sourceIssue = z
  .object({
    line: z.int().min(1),
    column: z.int().min(1),
    endLine: z.int().min(1),
    endColumn: z.int().min(1),
    code: z.string().optional(),
    message: z.string(),
  })
  .meta({
    id: 'SourceIssue',
    description: `Lines and columns count from 1, columns in UTF-16 code units, the end exclusive. What keeps a source from being published has a code, as in the editor: ${SOURCE_ERROR_CODES.map(code => `\`${code}\``).join(', ')}.`,
  });

export const problemDocument = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(PROBLEM_CODES),
    issues: z.array(sourceIssue).optional(),
    missing: z.array(z.string()).optional(),
    newest: z.object({ version: versionNumber, digest }).nullable().optional(),
    current: versionNumber.nullable().optional(),
    firstLiveAt: z.iso.datetime().nullable().optional(),
    fields: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
    retryAfter: z.int().min(1).optional(),
  })
  .meta({ id: 'Problem' });
export type ProblemDocument = z.infer<typeof problemDocument>;
