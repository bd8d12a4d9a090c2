import assert from 'node:assert/strict';
import { STABLE } from '../../src/core/channel.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { CHAIN_START, chainEvent, type NewEvent } from '../../src/core/event.ts';
import { parsePromptName } from '../../src/core/name.ts';
import {
  EventMisfit,
  type PromotionEvent,
  type PromotionEventKind,
  type PromotionRecord,
  promotionAfter,
} from '../../src/core/promotion.ts';
import type { VersionNumber } from '../../src/core/version.ts';

const AT = '2026-09-12T14:00:00.000Z';
const LATER = '2026-09-12T15:00:00.000Z';
const ABOUT = {
  prompt: parsePromptName('support/triage'),
  version: 2 as VersionNumber,
  environment: parseEnvironmentName('production'),
  channel: STABLE,
};
const REQUEST = { promotion: '7', from: 1 as VersionNumber, reason: 'Why', rollback: false };

/** An event after event 6; the n-th has the number 6 + n. */
function event(n: number, kind: PromotionEventKind, data: object, change: object = {}): PromotionEvent {
  const { at = AT, ...rest } = change as { at?: string };
  const made = { actor: 'rae', key: 'k', kind, ...ABOUT, data, ...rest } as NewEvent<PromotionEventKind>;
  return chainEvent(made, { ...CHAIN_START, seq: 5 + n }, at) as PromotionEvent;
}

function told(...events: PromotionEvent[]): PromotionRecord {
  let promotion: PromotionRecord | undefined;
  for (const each of events) promotion = promotionAfter(promotion, each);
  return promotion as PromotionRecord;
}

const requested = event(1, 'promotion.requested', REQUEST);
const forLater = event(1, 'promotion.requested', { ...REQUEST, effectiveAt: LATER });
const approvedBy = (actor: string, n = 2) =>
  event(n, 'promotion.approved', { promotion: '7', comment: '' }, { actor });
const applied = (n: number, change: object = {}, about: object = {}) =>
  event(n, 'promotion.applied', { ...REQUEST, ...change }, about);
const ended = (kind: 'rejected' | 'cancelled', n = 2) =>
  event(n, `promotion.${kind}`, { promotion: '7', comment: 'No' }, { actor: 'ada' });

describe('a promotion built from its events', () => {
  it('is requested, approved, planned, held, approved again and applied', () => {
    const first = told(forLater);
    assert.deepEqual(
      [first.id, first.state, first.effectiveAt, first.requestedBy],
      [7, 'pending', LATER, 'rae'],
    );
    const planned = event(3, 'promotion.planned', { promotion: '7', effectiveAt: LATER });
    const second = told(forLater, approvedBy('ada'), planned);
    assert.equal(second.state, 'planned');
    assert.deepEqual(second.approvals, [{ seq: 8, actor: 'ada', at: AT, comment: '' }]);
    const held = event(
      4,
      'promotion.held',
      { promotion: '7', code: 'pointer_moved', detail: 'It moved.' },
      { at: LATER },
    );
    const third = promotionAfter(second, held);
    assert.deepEqual([third.state, third.approvals], ['pending', []]);
    assert.deepEqual(third.held, { at: LATER, code: 'pointer_moved', detail: 'It moved.' });
    const fourth = promotionAfter(third, approvedBy('ada', 5));
    const last = promotionAfter(fourth, applied(6, {}, { at: LATER }));
    assert.deepEqual([last.state, last.appliedAt, last.appliedSeq], ['applied', LATER, 12]);
  });
  it('is applied by its first event if it need not wait', () => {
    const { state, appliedSeq, id } = told(applied(1));
    assert.deepEqual([state, appliedSeq, id], ['applied', 7, 7]);
  });
  it('records who ended it and which promotion superseded it', () => {
    assert.deepEqual(told(requested, ended('rejected')).closed, { at: AT, by: 'ada', comment: 'No' });
    assert.equal(told(requested, ended('cancelled')).state, 'cancelled');
    const superseded = told(requested, event(2, 'promotion.superseded', { promotion: '7', by: '9' }));
    assert.deepEqual([superseded.state, superseded.supersededBy], ['superseded', 9]);
  });
  it('is not changed by a comment, even after its end', () => {
    const comment = event(3, 'promotion.commented', { promotion: '7', text: 'Hm' });
    const over = told(requested, ended('rejected'));
    assert.equal(promotionAfter(over, comment), over);
  });

  const misfits: [string, PromotionEvent[], RegExp][] = [
    ['goes on before it began', [approvedBy('ada')], /which no event began/],
    ['begins under another number', [event(2, 'promotion.requested', REQUEST)], /not named by its number/],
    ['is requested twice', [requested, event(2, 'promotion.requested', REQUEST)], /again/],
    ['is approved by who requested it', [requested, approvedBy('rae')], /by who requested it/],
    [
      'is approved by a second spelling of who requested it',
      [requested, approvedBy(' RAE')],
      /by who requested it/,
    ],
    ['is approved twice by one', [requested, approvedBy('ada'), approvedBy('ada', 3)], /second approval/],
    ['is applied from elsewhere', [requested, applied(2, { from: null })], /another version/],
    ['is applied before its time', [forLater, applied(2)], /before its time/],
    ['is applied twice', [applied(1), applied(2)], /was applied/],
    ['is approved after its end', [requested, ended('cancelled'), approvedBy('ada', 3)], /was cancelled/],
    ['becomes one of another version', [requested, applied(2, {}, { version: 3 })], /another version/],
    ['becomes another', [requested, applied(2, { promotion: '8' })], /another promotion/],
    [
      'is planned for another time',
      [forLater, event(2, 'promotion.planned', { promotion: '7', effectiveAt: AT })],
      /another time/,
    ],
  ];
  for (const [what, events, why] of misfits)
    it(`never ${what}`, () => {
      assert.throws(
        () => told(...events),
        (error: unknown) => error instanceof EventMisfit && why.test(error.message),
      );
    });
});
