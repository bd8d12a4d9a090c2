/** What the log may tell of releases: which events no registry would have written. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RegistryEvent } from '../../src/core/event.ts';
import { emptyProjection, follow } from '../../src/core/projection.ts';
import { EventMisfit, type PromotionRecord } from '../../src/core/promotion.ts';

const AT = '2026-09-12T12:00:00.000Z';

/** A log of events, with a version of each prompt before; gives what is left to be applied at its end. */
function told(count: number, later: (first: number) => object[]): ReadonlySet<number> {
  const projection = emptyProjection();
  const ended = new Map<number, PromotionRecord>();
  const published = Array.from({ length: count }, (_, index) => ({
    kind: 'version.published',
    prompt: `p${index}`,
    version: 1,
    data: {},
  }));
  const events = [...published, ...later(count + 1)];
  for (const [index, event] of events.entries()) {
    const after = follow(
      projection,
      { seq: index + 1, at: AT, actor: 'rae', key: 'k', ...event } as unknown as RegistryEvent,
      id => ended.get(id),
    );
    if (after !== undefined) ended.set(after.id, after);
  }
  return projection.releases.toApply;
}

const about = (index: number) => ({
  prompt: `p${index}`,
  version: 1,
  environment: 'production',
  channel: 'stable',
});
const data = { from: null, reason: 'Go', rollback: false };
const requested = (index: number, seq: number, release?: number, more: object = {}) => ({
  ...about(index),
  kind: 'promotion.requested',
  data: {
    promotion: String(seq),
    ...data,
    ...(release !== undefined && { release: String(release), atomic: true }),
    ...more,
  },
});
const applied = (index: number, promotion: number) => ({
  ...about(index),
  kind: 'promotion.applied',
  data: { promotion: String(promotion), ...data },
});
const approved = (index: number, promotion: number) => ({
  ...about(index),
  actor: 'ada',
  kind: 'promotion.approved',
  data: { promotion: String(promotion), comment: '' },
});

describe('a release in the log', () => {
  it('requests its promotions consecutively, and applies them together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.boolean(), (count, atomic) => {
        const all = Array.from({ length: count }, (_, index) => index);
        const more = atomic ? {} : { atomic: undefined };
        const left = told(count, first => [
          ...all.map(index => requested(index, first + index, first, more)),
          ...all.map(index => approved(index, first + index)),
          ...all.toReversed().map(index => applied(index, first + index)),
        ]);
        assert.equal(left.size, 0);
      }),
    );
  });
  it('cannot be joined later or with a different reason', () => {
    const misfits: [string, (first: number) => object[]][] = [
      [
        'later',
        first => [requested(0, first, first), requested(1, first + 1), requested(2, first + 2, first)],
      ],
      ['to one that is none', first => [requested(0, first), requested(1, first + 1, first)]],
      ['to one that comes later', first => [requested(0, first, first + 1)]],
      [
        'for another reason',
        first => [requested(0, first, first), requested(1, first + 1, first, { reason: 'Other' })],
      ],
      [
        'atomic to one that is not',
        first => [requested(0, first, first, { atomic: undefined }), requested(1, first + 1, first)],
      ],
      ['atomic without one', first => [requested(0, first, undefined, { atomic: true })]],
      [
        'in another channel',
        first => [requested(0, first, first), { ...requested(1, first + 1, first), channel: 'canary' }],
      ],
      [
        'by another actor',
        first => [requested(0, first, first), { ...requested(1, first + 1, first), actor: 'bo' }],
      ],
    ];
    for (const [what, events] of misfits) assert.throws(() => told(3, events), EventMisfit, what);
  });
  it('cannot be applied in part if it is atomic', () => {
    const begun = (first: number) => [requested(0, first, first), requested(1, first + 1, first)];
    const half = told(2, first => [...begun(first), applied(0, first)]);
    assert.deepEqual([...half], [4], 'at the end of the log, somebody tells');
    for (const between of [approved(1, 5), requested(2, 7), { kind: 'macs.started', data: {} }])
      assert.throws(
        () => told(3, () => [requested(0, 4, 4), requested(1, 5, 4), applied(0, 4), between]),
        /comes before promotion 5, whose release is applied as a whole/,
      );
    const loose = told(2, first => [
      requested(0, first, first, { atomic: undefined }),
      requested(1, first + 1, first, { atomic: undefined }),
      applied(0, first),
      approved(1, first + 1),
    ]);
    assert.equal(loose.size, 0);
  });
});
