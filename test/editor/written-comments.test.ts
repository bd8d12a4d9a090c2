/** A review shows what the registry answered to a write as it would after loading it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LineComment, LineThread } from '../../src/contract/comments.ts';
import type { Comment } from '../../src/contract/promotions.ts';
import { parsePromptName } from '../../src/core/name.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import type { Review } from '../../src/editor/promotions/open-reviews.ts';
import { threadsOf, withFollowed } from '../../src/editor/promotions/threads.ts';
import { asLineComment, type Written, withWritten } from '../../src/editor/promotions/written.ts';
import { runs } from '../runs.ts';
import { aPromotion } from './data.ts';

const PROMPT = parsePromptName('support/triage');
const AT = '2026-09-12T11:00:00.000Z';
const PROMOTION = aPromotion('production', 12, { id: '17' });
const SIDES = [PROMOTION.from ?? PROMOTION.version, PROMOTION.version] as const;

/** A registry with the comments of one prompt, and the review of one promotion as an editor loads it. */
class Comments {
  readonly #comments = new Map<string, LineComment>();
  readonly #resolved = new Set<string>();
  #next = 1;

  add(version: VersionNumber, line: number | null, isInReview: boolean): Written {
    const id = `${this.#next++}`;
    const promotion = isInReview || line === null ? PROMOTION.id : null;
    const place = { prompt: PROMPT, version, line, promotion };
    const comment = { id, ...place, actor: 'ada', at: AT, text: `Text ${id}`, editedAt: null };
    this.#comments.set(id, comment);
    this.#resolved.delete(placeOf(comment));
    return { kind: 'comment', comment };
  }

  edit(nth: number): Written | undefined {
    const comment = this.#nth(nth);
    if (comment === undefined) return undefined;
    const edited = { ...comment, text: `${comment.text}, edited`, editedAt: AT };
    this.#comments.set(comment.id, edited);
    return { kind: 'comment', comment: edited };
  }

  delete(nth: number): Written | undefined {
    const comment = this.#nth(nth);
    if (comment === undefined) return undefined;
    this.#comments.delete(comment.id);
    return { kind: 'deletion', comment: { ...comment, text: '' } };
  }

  resolve(nth: number, isResolved: boolean): Written | undefined {
    const comment = this.#nth(nth);
    if (comment === undefined || comment.line === null) return undefined;
    if (isResolved) this.#resolved.add(placeOf(comment));
    else this.#resolved.delete(placeOf(comment));
    const thread = this.#threads().find(each => placeOf(each) === placeOf(comment));
    assert.ok(thread);
    return { kind: 'thread', thread };
  }

  load(): Review {
    const inReview = [...this.#comments.values()].filter(({ promotion }) => promotion !== null);
    return {
      promotion: PROMOTION,
      comments: inReview.map(asComment),
      followed: this.#threads().map(thread => ({
        thread,
        lines: new Map([[thread.version, { line: thread.line, gone: null }]]),
      })),
    };
  }

  #nth(nth: number): LineComment | undefined {
    const all = [...this.#comments.values()];
    return all[nth % Math.max(1, all.length)];
  }

  #threads(): LineThread[] {
    const threads = new Map<string, LineThread>();
    for (const comment of this.#comments.values()) {
      const { prompt, version, line } = comment;
      if (line === null) continue;
      const place = placeOf(comment);
      const resolved = this.#resolved.has(place) ? { at: AT, by: 'ada' } : null;
      const comments = [...(threads.get(place)?.comments ?? []), comment];
      threads.set(place, { prompt, version, line, resolved, comments });
    }
    return [...threads.values()];
  }
}

function placeOf({ version, line }: Pick<LineComment, 'version' | 'line'>): string {
  return `${version} ${line}`;
}

function asComment({ id, actor, at, text, version, line, editedAt }: LineComment): Comment {
  const side = version === PROMOTION.version ? ('to' as const) : ('from' as const);
  const place = line === null ? null : { side, line };
  return { id, promotion: PROMOTION.id, actor, at, text, place, ...(editedAt !== null && { editedAt }) };
}

/** In the order of their places, since a thread that began anew may come elsewhere until the review is loaded. */
function shown({ promotion, comments, followed = [] }: Review) {
  const threads = withFollowed(threadsOf(promotion, comments), followed, [SIDES]).map(thread => ({
    place: placeOf(thread),
    isResolved: (thread.resolved ?? null) !== null,
    comments: thread.comments.map(({ id, text, editedAt }) => [id, text, editedAt ?? null]),
  }));
  return threads.sort((one, other) => (one.place < other.place ? -1 : 1));
}

describe('comments written in a review', () => {
  it('show the same as reloading the review', () => {
    const nth = fc.nat(9);
    const version = fc.constantFrom(...SIDES);
    const line = fc.option(fc.integer({ min: 1, max: 3 }), { nil: null });
    const write = fc.oneof(
      fc.record({ do: fc.constant('add' as const), version, line, isInReview: fc.boolean() }),
      fc.record({ do: fc.constantFrom('edit' as const, 'delete' as const), nth }),
      fc.record({ do: fc.constant('resolve' as const), nth, isResolved: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), fc.nat(6), (writes, loadedAfter) => {
        const registry = new Comments();
        let review = registry.load();
        for (const [index, each] of writes.entries()) {
          const written =
            each.do === 'add'
              ? registry.add(each.version, each.line, each.isInReview)
              : each.do === 'resolve'
                ? registry.resolve(each.nth, each.isResolved)
                : registry[each.do](each.nth);
          if (written !== undefined) review = withWritten(review, written);
          if (index === loadedAfter) review = registry.load();
          assert.deepEqual(shown(review), shown(registry.load()));
        }
      }),
      { numRuns: runs(2000, 200) },
    );
  });

  it('are not shown in the review of another promotion', () => {
    const other = new Comments().add(PROMOTION.version, null, true);
    assert.ok(other.kind === 'comment');
    const review = new Comments().load();
    const comment = { ...other.comment, promotion: '18' };
    assert.deepEqual(withWritten(review, { kind: 'comment', comment }), review);
  });

  it('go back to where they were written', () => {
    const comment = asComment({
      ...{ id: '4', prompt: PROMPT, version: PROMOTION.version, line: 2, promotion: PROMOTION.id },
      ...{ actor: 'ada', at: AT, text: 'Why?', editedAt: null },
    });
    const place = { prompt: PROMPT, version: PROMOTION.version, line: 2 };
    const { at, ...rest } = asLineComment(comment, place);
    assert.deepEqual(rest, {
      ...{ id: '4', ...place, promotion: '17', actor: 'ada', text: 'Why?', editedAt: null },
    });
  });
});
