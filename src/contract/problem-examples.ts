/** One example of every problem: its message for the caller, and its additional fields. */
import type { ProblemCode, ProblemDetails } from '../core/problem.ts';
import { PROBLEM_STATUS, PROBLEM_TITLE, type ProblemDocument } from './problems.ts';

const DIGEST = 'sha256:5b0d9c1f6f0e8f5b8a2d4b6c7e9f1a3c5d7e9f0b2c4d6e8f0a1b3c5d7e9f1a2b';

const DETAILS: Readonly<Record<ProblemCode, readonly [detail: string, fields?: ProblemDetails]>> = {
  key_missing: [
    'This call needs a key. Send it in the header "Authorization: Bearer pf_<environment>_<id>_<secret>".',
  ],
  key_malformed: ["The key's checksum does not match: a character is missing or changed. Copy it again."],
  key_unknown: [
    'This registry does not know the key. Check that it is meant for this registry and that you copied all of it, or ask an admin for a new one.',
  ],
  key_revoked: ['This key was revoked at 2026-09-12T14:30:00.000Z. Ask an admin for a new one.'],
  key_expired: ['This key expired at 2026-09-01T07:00:00.000Z. Ask an admin for a new one.'],
  role_too_low: [
    'Your key has the role "reader"; this call needs a key of production with the role "author" or higher. Ask an admin for one.',
  ],
  wrong_environment: ['Your key is one of staging; promoting there needs a key of production.'],
  publishing_not_allowed: [
    'Nothing is published in production. Publish with a key of an environment that publishes, such as development.',
  ],
  webhooks_not_served: [
    'This registry sends no webhooks. Serve it with "promptforge serve", which has a key to sign them with.',
  ],
  channel_not_served: ['production does not serve the channel "latest". It serves: stable.'],
  version_not_released: [
    'support/fee-estimate@12 was never live in production, which serves only versions that were. Promote it there first.',
  ],
  prompt_not_found: [
    'There is no prompt "Support/fee-estimate". Did you mean "support/fee-estimate"?',
    { existing: 'support/fee-estimate' },
  ],
  version_not_found: ['There is no version 99 of "support/fee-estimate".'],
  comment_not_found: [
    'There is no comment with this id, or it was deleted. List the comments of the prompt to find it.',
  ],
  promotion_not_found: ['There is no promotion with this id. List the promotions to find it.'],
  release_not_found: ['There is no release with this id. List the releases to find it.'],
  owners_change_not_found: [
    'There is no change of the owners of production with this id. Get the owners to find the one that waits.',
  ],
  environment_not_found: [
    'There is no environment "prodution". Did you mean "production"? There are: development, staging, production.',
  ],
  key_not_found: ['There is no key with this id. List the keys to find the right one.'],
  webhook_not_found: ['There is no webhook with this id. List the webhooks to find the right one.'],
  route_not_found: ['There is no such resource. /openapi.json lists every call of this API.'],
  channel_unset: [
    '"support/fee-estimate" has no version on the channel "stable" of production yet. Promote one first.',
  ],
  not_live_yet: [
    '"support/fee-estimate" was not live in production at 2026-08-01T00:00:00.000Z. It first was at 2026-08-20T10:00:00.000Z.',
    { firstLiveAt: '2026-08-20T10:00:00.000Z' },
  ],
  method_not_allowed: ['PATCH is not allowed for this resource. Use one of: GET, HEAD.'],
  not_acceptable: [
    'This resource is available as text/plain or application/json. Request one of these in the header Accept, or omit it.',
  ],
  base_outdated: [
    'The edit started from version 11, but "support/fee-estimate" is at version 12 now. Compare with that version, bring the edit onto it, and publish with "base": 12.',
    { newest: { version: 12, digest: DIGEST } },
  ],
  pointer_moved: ['The pointer is at version 12 now, not at 11. Look at it and try again.', { current: 12 }],
  self_approval: ['You requested this promotion. Someone else has to approve it.'],
  already_approved: ['You have approved this promotion already. Someone else has to.'],
  promotion_closed: ['This promotion was applied already. Request a new one.'],
  part_of_release: [
    'This promotion is one of release 318, which goes live as a whole or not at all. Approve, reject or cancel the release.',
  ],
  too_few_approvals: ['This promotion has 1 of 2 approvals that its policy needs.'],
  owner_needed: ['support/** needs the approval of tomas.berg or ines.costa now, and has none that counts.'],
  owners_changed: [
    'The owners of production were changed meanwhile: change 402 holds now. Look at them, and send your change again with "expected": "402".',
  ],
  owners_change_closed: [
    'This change of owners was rejected already. Request a new one if it is still wanted.',
  ],
  not_promoted_from: [
    'Version 12 is not stable in staging, from where production promotes. Promote it there first.',
  ],
  prompt_archived: ['"support/fee-estimate" is archived. Restore it to publish a new version.'],
  name_taken: [
    'There is "support/fee-estimate", and "support/Fee-Estimate" differs from it only by case: on many disks they would be one file. Choose another name.',
    { existing: 'support/fee-estimate' },
  ],
  already_live: ['Version 12 is on this channel already.'],
  key_ended: ['This key was revoked: nothing is left to overlap with. Make a new key instead.'],
  too_large: ['The body is over 8 MiB, more than any request needs. Send less.'],
  unsupported_media_type: ['The body must be JSON, with the header "Content-Type: application/json".'],
  invalid_source: [
    'Line 8: "{{#if" is never closed. Close it with "{{/if}}".',
    {
      issues: [
        {
          line: 8,
          column: 1,
          endLine: 8,
          endColumn: 17,
          code: 'unclosed-block',
          message: '"{{#if" is never closed. Close it with "{{/if}}".',
        },
      ],
    },
  ],
  invalid_request: [
    'The query gives "limit" as "1e2". Give a whole number in digits.',
    { fields: [{ pointer: '/limit', message: 'is not a whole number in digits' }] },
  ],
  invalid_name: ['The name "support/" ends with a slash. Give it a last segment, as in support/triage.'],
  owners_locked_out: [
    'Nobody could approve what support/** (line 3) matches: tomas.berg has no valid key of production with the role "approver" or higher. Name an owner who has one, or make the key first. Nothing was changed.',
    { fields: [{ pointer: '/text', message: 'Line 3: nobody of its owners could approve' }] },
  ],
  idempotency_key_reused: [
    'This Idempotency-Key came with another request within 24 hours. Give each request its own.',
  ],
  missing_input: ['The input "fee" is missing. Give it a value.', { missing: ['fee'] }],
  invalid_input: [
    'The input at /fee is a number, not a string.',
    { fields: [{ pointer: '/fee', message: 'is a number, not a string' }] },
  ],
  too_expensive: [
    'Rendering takes more than 1,000,000 steps. Give a shorter list, or repeat less.',
    { issues: [{ line: 8, column: 1, endLine: 8, endColumn: 17, message: 'takes too many steps' }] },
  ],
  rate_limited: ['This key sends too many requests. Try again in 1 second.', { retryAfter: 1 }],
  queue_full: ['This key has 64 long requests waiting. Try again when some are answered.', { retryAfter: 1 }],
  internal_error: ['The registry has an internal error. Nothing was changed; see its log for details.'],
  log_broken: [
    'The log of this registry was changed behind it. It takes no more writes until an operator has looked at it.',
  ],
  unavailable: ['The database is away. Nothing was changed; try again soon.', { retryAfter: 1 }],
};

/** An example of the problem document of a code (RFC 9457). */
export function problemExample(code: ProblemCode): ProblemDocument {
  const [detail, fields] = DETAILS[code];
  return {
    type: `urn:promptforge:problem:${code}`,
    title: PROBLEM_TITLE[code],
    status: PROBLEM_STATUS[code],
    detail,
    code,
    ...(fields as Partial<ProblemDocument>),
  };
}
