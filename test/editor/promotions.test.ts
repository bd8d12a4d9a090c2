import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { OwnersChangeRecord } from '../../src/contract/owners.ts';
import type { Comment } from '../../src/contract/promotions.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { Problem } from '../../src/core/problem.ts';
import type { PromotionRecord } from '../../src/core/promotion.ts';
import { decideCancellation, decideRejection } from '../../src/core/promotion-decisions.ts';
import { type Role, roleIncludes } from '../../src/core/role.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { groupsOf, permittedActions } from '../../src/editor/promotions/groups.ts';
import {
  afterReview,
  groupTitle,
  promotionOption,
  promotionWords,
} from '../../src/editor/promotions/labels.ts';
import { permittedOwnersActions } from '../../src/editor/promotions/owners-actions.ts';
import { ownersWords } from '../../src/editor/promotions/owners-labels.ts';
import type { LiveStatus } from '../../src/editor/promotions/standing.ts';
import { lineOf, sideOf, threadsOf } from '../../src/editor/promotions/threads.ts';
import { approvalQuestion, decisionQuestion, refusal } from '../../src/editor/promotions/words.ts';
import { parseVersionUri, versionUriParts } from '../../src/editor/versions/uri.ts';
import { bothZones } from '../../src/editor/wording/age.ts';
import { aKey, anOwnersChange, aPromotion, NOW } from './data.ts';

const WAITING = aPromotion('production', 12, {
  id: '17',
  from: parseVersionNumber(11),
  state: 'pending',
  appliedAt: null,
  approvalsNeeded: 2,
  approvals: [{ actor: 'ada', at: '2026-09-12T11:00:00.000Z', comment: 'Read it.' }],
});
const PLANNED = { ...WAITING, id: '18', state: 'planned' as const, effectiveAt: '2026-09-13T06:00:00.000Z' };

const NOT_APPLIED: LiveStatus = { kind: 'unknown' };

describe('the promotion groups', () => {
  it('are those with entries: longest waiting first, next planned first, last ended first', () => {
    const later = { ...WAITING, id: '21', requestedAt: '2026-09-12T11:30:00.000Z' };
    const soon = { ...PLANNED, id: '22', effectiveAt: '2026-09-12T13:00:00.000Z' };
    const applied = aPromotion('staging', 3, { id: '3', appliedAt: '2026-09-11T08:00:00.000Z' });
    const rejected = {
      ...WAITING,
      id: '4',
      state: 'rejected' as const,
      closed: { at: '2026-09-12T09:00:00.000Z', by: 'ada', comment: 'No.' },
    };
    const groups = groupsOf([later, applied, PLANNED, rejected, WAITING, soon, WAITING]);
    assert.deepEqual(
      groups.map(({ name, promotions }) => [name, ...promotions.map(({ id }) => id)]),
      [
        ['waiting', '17', '21'],
        ['planned', '22', '18'],
        ['done', '4'],
        ['done', '3'],
      ],
    );
    assert.deepEqual(groupsOf([]), []);
  });

  it('separate what you can approve, what you requested, and what waits for others', () => {
    const own = { ...WAITING, id: '31', requestedBy: 'mara.lindqvist' };
    const written = { ...WAITING, id: '32', authors: ['Mara.Lindqvist'] };
    const shown = (role: Role) =>
      groupsOf([own, written, WAITING], [], () => aKey('production', role)).map(group => [
        groupTitle(group),
        ...group.promotions.map(({ id }) => id),
      ]);
    assert.deepEqual(shown('approver'), [
      ['Waiting for you', '17'],
      ['Requested by you', '31'],
      ['Waiting for others', '32'],
    ]);
    assert.deepEqual(shown('reader'), [
      ['Requested by you', '31'],
      ['Waiting for others', '17', '32'],
    ]);
    assert.deepEqual(groupsOf([WAITING]).map(groupTitle), ['Waiting for others']);
  });

  it('include pending changes of owners, which are decided like promotions', () => {
    const change = anOwnersChange({ requestedBy: 'ada' });
    const shown = (role: Role, more: Partial<OwnersChangeRecord> = {}) =>
      groupsOf([], [], () => aKey('production', role), [{ ...change, ...more }]).map(groupTitle);
    assert.deepEqual(shown('approver'), ['Waiting for you']);
    assert.deepEqual(shown('author'), ['Waiting for others']);
    assert.deepEqual(shown('admin', { requestedBy: 'Mara.Lindqvist' }), ['Requested by you']);
    const approved = [{ actor: 'mara.lindqvist', at: change.requestedAt, comment: '' }];
    assert.deepEqual(shown('admin', { approvals: approved, approvalsNeeded: 2 }), ['Waiting for others']);
    const actions = (role: Role, more: Partial<OwnersChangeRecord> = {}) =>
      permittedOwnersActions({ ...change, ...more }, aKey('production', role));
    assert.deepEqual(actions('approver'), ['approve', 'reject']);
    assert.deepEqual(actions('admin'), ['approve', 'reject', 'cancel']);
    assert.deepEqual(actions('author', { requestedBy: 'mara.lindqvist' }), ['cancel']);
    assert.deepEqual(actions('admin', { state: 'applied' }), []);
    assert.deepEqual(permittedOwnersActions(change, undefined), []);
  });

  it('name the owners whose approval a change of owners needs', () => {
    const { label, description, tooltip } = ownersWords(anOwnersChange({ requestedBy: 'ada' }), NOW);
    assert.deepEqual([label, description], ['Owners of production: 0 of 1 approval', 'ada · 2 hours ago']);
    assert.match(tooltip(), /Waits for 1 approval by dana or sam\./);
  });

  it('show the last twenty ended, by environment, production first', () => {
    const many = Array.from({ length: 30 }, (_, index) => aPromotion('staging', 1, { id: String(index) }));
    const [done] = groupsOf(many);
    assert.deepEqual([done?.promotions.length, done?.promotions[0]?.id], [20, '29']);
    const mixed = many.map((each, index) =>
      index % 3 === 0 ? aPromotion('production', 1, { id: each.id }) : each,
    );
    const order = ['development', 'staging', 'production'].map(parseEnvironmentName);
    assert.deepEqual(
      groupsOf(mixed, order).map(group => [groupTitle(group), group.promotions.length]),
      [
        ['Done: production', 6],
        ['Done: staging', 14],
      ],
    );
    // One that the window knows nothing else of is not left out.
    const removed = aPromotion('canada', 1, { id: '40' });
    assert.deepEqual(groupsOf([removed], order).map(groupTitle), ['Done: canada']);
  });
});

describe('the actions on a promotion', () => {
  const as = (role: Role, actor: string) => {
    const key = aKey('production', role);
    return key.kind === 'known' ? { ...key, who: { ...key.who, actor } } : key;
  };

  it("include approving another person's request, once, as an approver", () => {
    assert.deepEqual(permittedActions(WAITING, as('approver', 'mara')), ['approve', 'reject']);
    assert.deepEqual(permittedActions(WAITING, as('approver', 'ada')), ['reject']);
    assert.deepEqual(permittedActions(WAITING, as('author', 'mara')), []);
    assert.deepEqual(permittedActions(WAITING, undefined), []);
  });

  it('exclude approving what you wrote, however the name is spelled', () => {
    const written = { ...WAITING, authors: ['lea', 'Mara '] };
    for (const actor of ['mara', 'MARA', 'ma\u200bra'])
      assert.deepEqual(permittedActions(written, as('approver', actor)), ['reject']);
    assert.deepEqual(permittedActions(written, as('approver', 'tomas')), ['approve', 'reject']);
  });

  it('include canceling your own request, or any as an admin', () => {
    assert.deepEqual(permittedActions(WAITING, as('author', 'jonas.weber')), ['cancel']);
    assert.deepEqual(permittedActions(WAITING, as('approver', 'JONAS.WEBER')), ['reject', 'cancel']);
    assert.deepEqual(permittedActions(PLANNED, as('admin', 'mara')), ['reject', 'cancel']);
  });

  it('include rejecting and canceling exactly as the registry allows, however a name is spelled', () => {
    const names = fc.constantFrom(
      'jonas.weber',
      'JONAS.WEBER',
      ' jonas.weber ',
      'ｊonas.weber',
      'ada',
      'Ada ',
      'mara',
    );
    const roles = fc.constantFrom(
      'reader' as const,
      'author' as const,
      'approver' as const,
      'admin' as const,
    );
    const allows = (decide: () => void): boolean => {
      try {
        decide();
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(names, roles, fc.constantFrom(WAITING, PLANNED), (actor, role, promotion) => {
        const record = promotion as unknown as PromotionRecord;
        const actions = permittedActions(promotion, as(role, actor));
        const mayCancel =
          roleIncludes(role, 'author') && allows(() => decideCancellation(record, { actor, role }));
        assert.equal(actions.includes('cancel'), mayCancel, `${actor} as ${role}`);
        const mayReject = roleIncludes(role, 'approver') && allows(() => decideRejection(record));
        assert.equal(actions.includes('reject'), mayReject);
      }),
    );
  });

  it('are none once it has ended', () => {
    assert.deepEqual(permittedActions(aPromotion('production', 12), as('admin', 'mara')), []);
  });
});

describe('the label of a pending promotion', () => {
  it('gives the target, approvals, requester and reason', () => {
    const words = promotionWords(WAITING, NOT_APPLIED, NOW);
    assert.equal(words.label, 'triage@12 production: 1 of 2 approvals');
    assert.equal(promotionOption(WAITING, NOT_APPLIED, NOW).label, 'support/triage@12 → production');
    assert.equal(words.description, 'jonas.weber · 2 hours ago');
    assert.match(words.tooltip(), /Instead of @11\./);
    assert.match(words.tooltip(), /jonas\\\.weber requested it, .*: Tested/);
    assert.match(words.tooltip(), /Approved by ada, .*: Read it\\\./);
    assert.match(words.spoken, /version 12 to stable in production, from version 11: 1 of 2 approvals/);
  });

  it('starts with the prompt, which a narrow side bar shows, also when planned', () => {
    assert.match(promotionWords(WAITING, NOT_APPLIED, NOW).label, /^triage@12 /);
    assert.match(promotionWords(PLANNED, NOT_APPLIED, NOW).label, /^triage@\d+ production: /);
  });

  it('says that it is held, and why', () => {
    const held = {
      at: '2026-09-12T11:00:00.000Z',
      code: 'pointer_moved',
      detail: 'stable of production is @13 now.',
    };
    const words = promotionWords({ ...WAITING, held }, NOT_APPLIED, NOW);
    assert.equal(words.label, 'triage@12 production: held');
    assert.match(words.description, /^1 of 2 approvals · /);
    assert.match(words.tooltip(), /\*\*Held\*\* .*stable of production is @13 now/);
  });

  it('says who may not approve it because they wrote the change', () => {
    const tooltip = (authors: string[]) =>
      promotionWords({ ...WAITING, authors }, NOT_APPLIED, NOW).tooltip();
    assert.match(tooltip(['lea', 'mara']), /lea and mara wrote what it changes, so someone else must/);
    assert.match(tooltip(['a', 'b', 'c', 'd', 'e', 'f', 'g']), /a, b, c, d and e and 2 others wrote/);
    assert.doesNotMatch(tooltip([]), /wrote what it changes/);
  });

  it('names the owners who must approve, whatever characters their names contain', () => {
    const owners = [
      { prompts: 'support/**', owners: ['*da*\u202ena', 'sam'], canApprove: ['*da*\u202ena', 'sam'] },
    ];
    const owned = aPromotion('production', 12, {
      state: 'pending',
      appliedAt: null,
      approvalsNeeded: 1,
      owners,
    });
    const words = promotionWords(owned, { kind: 'unknown' }, NOW);
    assert.match(words.label, /^triage@12 production: waiting for \*da\*.*na or sam$/);
    assert.ok(!words.label.includes('\u202e'));
    assert.match(words.tooltip(), /needs the approval of an owner: \\\*da\\\*/);
    assert.match(approvalQuestion(owned, undefined).detail ?? '', /^It needs the approval of .* or sam\./);
  });
  it('gives a planned time in the local zone and in UTC', () => {
    const said = (at: string, zone: string) => bothZones(at, zone, NOW);
    assert.equal(said('2026-09-12T14:03:00.000Z', 'Europe/Berlin'), 'Sep 12 at 16:03 CEST (14:03 UTC)');
    assert.equal(said('2026-09-12T08:15:00.000Z', 'UTC'), 'Sep 12 at 08:15 UTC');
    const nextDay = 'Sep 13 at 01:30 CEST (Sep 12 at 23:30 UTC)';
    assert.equal(said('2026-09-12T23:30:00.000Z', 'Europe/Berlin'), nextDay);
    const newYear = 'Jan 1 at 00:30 CET (Dec 31, 2025 at 23:30 UTC)';
    assert.equal(said('2025-12-31T23:30:00.000Z', 'Europe/Berlin'), newYear);
    assert.equal(said('2024-02-29T00:00:00.000Z', 'UTC'), 'Feb 29, 2024 at 00:00 UTC');
    assert.match(promotionWords(PLANNED, NOT_APPLIED, NOW).tooltip(), /Goes live on .*06:00 UTC/);
  });

  it('shows what people wrote as plain text', () => {
    const words = promotionWords({ ...WAITING, reason: '[x](command:evil) <b>' }, NOT_APPLIED, NOW);
    assert.ok(!words.tooltip().includes('[x](command:evil)'));
  });
});

describe('the messages of a decision', () => {
  it('say beforehand what it causes', () => {
    const asked = approvalQuestion(WAITING, undefined);
    assert.equal(asked.message, 'Approve support/triage@12 for production?');
    assert.equal(asked.button, 'Approve @12 for production');
    assert.match(
      asked.detail,
      /^It then goes live at once\.\nIt replaces @11\.\njonas\.weber requested it: Tested$/,
    );
    const three = { ...WAITING, approvalsNeeded: 3 };
    assert.match(approvalQuestion(three, undefined).detail, /then waits for 1 more approval/);
    assert.match(approvalQuestion(WAITING, null).detail, /could not be fetched/);
    assert.match(decisionQuestion('reject', WAITING).prompt, /Tell jonas\.weber why/);
    assert.match(String(decisionQuestion('reject', WAITING).validate?.(' ')), /Enter a reason/);
    assert.equal(decisionQuestion('approve', WAITING).validate?.(''), undefined);
  });

  it('say afterwards what is live', () => {
    assert.equal(
      afterReview('approve', { ...WAITING, state: 'applied' }),
      'Approved: support/triage@12 is now live in production. It was @11.',
    );
    assert.equal(
      afterReview('approve', WAITING),
      'Approved: support/triage@12 has 1 of 2 approvals and waits. support/triage@11 is still live in production.',
    );
    assert.match(afterReview('approve', PLANNED), /goes live in production on .*06:00 UTC/);
    assert.match(afterReview('reject', { ...WAITING, state: 'rejected' }), /^Rejected: .* @?.*still live/);
  });

  it('explain a refusal', () => {
    const said = (code: ConstructorParameters<typeof Problem>[0], current?: number) =>
      refusal(new Problem(code, 'The registry says so.', current === undefined ? {} : { current }), WAITING);
    assert.equal(said('self_approval')?.message, 'Not approved: The registry says so.');
    assert.match(said('already_approved')?.message ?? '', /already approved/);
    assert.deepEqual(said('pointer_moved', 13), {
      message:
        'Nothing changed: @13 is now live in production, but when jonas.weber made the request it was @11. Cancel this promotion and request a new one.',
      review: true,
    });
    assert.match(said('promotion_closed')?.message ?? '', /Someone else was faster\. The registry says so\./);
    assert.match(said('role_too_low')?.message ?? '', /Your production key/);
    assert.equal(said('rate_limited'), undefined);
  });
});

describe('review comments', () => {
  it('form a thread for each line of a side, and one for the whole promotion', () => {
    const comment = (id: string, place: Comment['place']): Comment => ({
      id,
      promotion: '17',
      actor: 'ada',
      at: '2026-09-12T11:00:00.000Z',
      text: id,
      place,
    });
    const threads = threadsOf(WAITING, [
      comment('1', { side: 'to', line: 3 }),
      comment('2', null),
      comment('3', { side: 'from', line: 3 }),
      comment('4', { side: 'to', line: 3 }),
      comment('5', null),
    ]);
    assert.deepEqual(
      threads.map(({ version, line, comments }) => [version, line, ...comments.map(({ id }) => id)]),
      [
        [12, 3, '1', '4'],
        [12, null, '2', '5'],
        [11, 3, '3'],
      ],
    );
  });

  it('belong to the side whose version is shown, from line 1', () => {
    assert.deepEqual(
      [11, 12, 13].map(version => sideOf(WAITING, version)),
      ['from', 'to', undefined],
    );
    assert.equal(lineOf({ end: { line: 0 } }), 1);
    assert.equal(lineOf(undefined), undefined);
  });
});

describe('the URI of a review document', () => {
  it('identifies its promotion, for every kind of registry', () => {
    for (const registry of ['embedded', 'https://prompts.example.com', 'http://127.0.0.1:8080/registry']) {
      const address = {
        registry,
        prompt: WAITING.prompt,
        version: WAITING.version,
        promotion: '17',
      };
      assert.deepEqual(parseVersionUri(versionUriParts(address)), address);
      const { promotion: _, ...version } = address;
      assert.deepEqual(parseVersionUri(versionUriParts(version)), version);
    }
  });
});
