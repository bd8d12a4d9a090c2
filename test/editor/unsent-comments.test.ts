/** Comments that were written and have not reached the registry. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Comment } from '../../src/contract/promotions.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { hasArrived } from '../../src/editor/promotions/has-arrived.ts';
import { threadsOf } from '../../src/editor/promotions/threads.ts';
import { UnsentComments, type UnsentPlace } from '../../src/editor/promotions/unsent-comments.ts';
import { runs } from '../runs.ts';
import { windowMemory } from './window-memory.ts';

const PLACE: UnsentPlace = {
  registry: 'https://prompts.example.com',
  environment: 'production',
  promotion: '17',
  prompt: parsePromptName('support/triage'),
  version: parseVersionNumber(12),
  line: 3,
};
const PROMOTION = { from: parseVersionNumber(11), version: parseVersionNumber(12) };

describe('unsent comments', () => {
  it('survive a reload until they are removed, one for each place', () => {
    const window = windowMemory();
    const before = new UnsentComments(window);
    before.keep(PLACE, 'Too soft', null);
    const other = before.keep({ ...PLACE, line: 4 }, 'Why?', '8');
    before.keep({ ...PLACE, registry: 'https://other.example.com' }, 'Elsewhere', null);
    const after = new UnsentComments(window);
    const texts = () => after.of(PLACE.registry, '17').map(({ text }) => text);
    assert.deepEqual(texts(), ['Too soft', 'Why?']);
    assert.deepEqual(after.of(PLACE.registry, '18'), []);
    after.forget(other);
    assert.deepEqual(texts(), ['Too soft']);
    assert.deepEqual(new UnsentComments(window).of(PLACE.registry).length, 1);
  });

  it('are joined before later text at the same place, under a new idempotency key', () => {
    const comments = new UnsentComments(windowMemory());
    const first = comments.keep(PLACE, 'One', null);
    assert.equal(comments.keep(PLACE, 'One', null), first);
    const both = comments.keep(PLACE, 'Two', null);
    assert.equal(both.text, 'One\n\nTwo');
    assert.notEqual(both.idempotencyKey, first.idempotencyKey);
    assert.equal(comments.find(first.idempotencyKey), undefined);
    assert.equal(comments.of(PLACE.registry).length, 1);
  });

  it('on the whole promotion are the same on both sides', () => {
    const comments = new UnsentComments(windowMemory());
    comments.keep({ ...PLACE, line: null }, 'One', null);
    comments.keep({ ...PLACE, line: null, version: parseVersionNumber(11) }, 'Two', null);
    assert.deepEqual(
      comments.of(PLACE.registry).map(({ text }) => text),
      ['One\n\nTwo'],
    );
  });

  it('lose no text, whatever is written where', () => {
    const writing = fc.record({
      line: fc.option(fc.integer({ min: 1, max: 3 })),
      text: fc.string({ minLength: 1, maxLength: 30 }).filter(text => text.trim() !== ''),
    });
    fc.assert(
      fc.property(fc.array(writing, { maxLength: 12 }), written => {
        const window = windowMemory();
        for (const { line, text } of written) new UnsentComments(window).keep({ ...PLACE, line }, text, null);
        const kept = new UnsentComments(window).of(PLACE.registry);
        for (const { line, text } of written)
          assert.ok(kept.some(each => each.line === line && each.text.includes(text.trim())));
        assert.equal(new Set(kept.map(({ line }) => line)).size, kept.length);
      }),
      { numRuns: runs(500, 100) },
    );
  });

  it('are limited to a hundred, and to 400,000 characters', () => {
    const many = new UnsentComments(windowMemory());
    for (let line = 1; line <= 120; line++) many.keep({ ...PLACE, line }, `Line ${line}`, null);
    assert.equal(many.of(PLACE.registry).length, 100);
    assert.equal(many.of(PLACE.registry)[0]?.line, 21);
    const long = new UnsentComments(windowMemory());
    for (let line = 1; line <= 5; line++) long.keep({ ...PLACE, line }, 'x'.repeat(150_000), null);
    assert.deepEqual(
      long.of(PLACE.registry).map(({ line }) => line),
      [4, 5],
    );
  });

  it('ignore stored state of other extension versions', () => {
    const bad = [null, 7, {}, { ...PLACE, text: 'x' }, { ...PLACE, promotion: '../1', text: 'x' }];
    for (const kept of [null, 'x', {}, bad]) {
      const window = windowMemory({ 'promptforge.unsentComments': kept });
      assert.deepEqual(new UnsentComments(window).of(PLACE.registry), []);
    }
  });
});

describe('the check whether a comment has arrived', () => {
  const comment: Comment = {
    id: '9',
    promotion: '17',
    actor: 'Tomas.Berg',
    at: '2026-09-12T11:00:00.000Z',
    text: 'Too soft',
    place: { side: 'to', line: 3 },
  };
  const unsent = new UnsentComments(windowMemory()).keep(PLACE, ' Too soft\n', '8');
  const arrived = (there: Partial<Comment>, changed: Partial<typeof unsent> = {}) =>
    hasArrived({ ...unsent, ...changed }, PROMOTION, [{ ...comment, ...there }], ['tomas.berg']);

  it('finds the same text by the same person at the same place, newer than those known before', () => {
    assert.ok(arrived({}));
    assert.ok(arrived({}, { after: null }));
    assert.ok(!arrived({ text: 'Too hard' }));
    assert.ok(!arrived({ actor: 'ada' }));
    assert.ok(!arrived({ id: '8' }));
    assert.ok(!arrived({ place: { side: 'from', line: 3 } }));
    assert.ok(!arrived({ place: { side: 'to', line: 4 } }));
    assert.ok(!arrived({ place: null }));
    assert.ok(arrived({ place: null }, { line: null }));
  });

  it('compares IDs as numbers', () => {
    assert.ok(arrived({ id: '10' }, { after: '9' }));
  });
});

describe('threads of unsent comments', () => {
  it('are those of their lines, or new ones, even if the registry has returned nothing', () => {
    const comments = new UnsentComments(windowMemory());
    const third = comments.keep(PLACE, 'Third', null);
    const fifth = comments.keep({ ...PLACE, line: 5 }, 'Fifth', null);
    const at3: Comment = {
      id: '9',
      promotion: '17',
      actor: 'ada',
      at: '2026-09-12T11:00:00.000Z',
      text: 'There',
      place: { side: 'to', line: 3 },
    };
    const unsent = comments.of(PLACE.registry, '17');
    assert.deepEqual(threadsOf(PROMOTION, [at3], unsent), [
      { version: 12, line: 3, comments: [at3], unsent: third },
      { version: 12, line: 5, comments: [], unsent: fifth },
    ]);
    assert.deepEqual(threadsOf(undefined, [], unsent), [
      { version: 12, line: 3, comments: [], unsent: third },
      { version: 12, line: 5, comments: [], unsent: fifth },
    ]);
  });
});
