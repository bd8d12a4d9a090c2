/** What was typed and not sent, which a question offers again. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InputDrafts } from '../../src/editor/asking/drafts.ts';
import { runs } from '../runs.ts';
import { windowMemory } from './window-memory.ts';

/** A moment that ends when the test says so. */
function moment() {
  let end = () => {};
  return {
    settle: () =>
      new Promise<void>(resolve => {
        end = resolve;
      }),
    async pass() {
      end();
      await new Promise(setImmediate);
    },
  };
}

describe('a draft of a typed answer', () => {
  it('is restored until it is sent, also after a reload', async () => {
    const window = windowMemory();
    const drafts = new InputDrafts(window);
    assert.equal(drafts.of('publish a'), undefined);
    drafts.keep('publish a', 'Shor');
    drafts.keep('publish a', 'Shorter');
    drafts.keep('publish b', 'Another');
    assert.equal(drafts.of('publish a'), 'Shorter');
    await drafts.write();
    const reloaded = new InputDrafts(window);
    assert.equal(reloaded.of('publish a'), 'Shorter');
    reloaded.forget('publish a');
    assert.equal(reloaded.of('publish a'), undefined);
    assert.equal(new InputDrafts(window).of('publish a'), undefined);
    assert.equal(new InputDrafts(window).of('publish b'), 'Another');
  });

  it('is removed when its text is deleted', () => {
    const drafts = new InputDrafts(windowMemory());
    drafts.keep('publish a', 'Shorter');
    drafts.keep('publish a', ' ');
    assert.equal(drafts.of('publish a'), undefined);
  });

  it('is kept for the last fifty questions', async () => {
    const window = windowMemory();
    const drafts = new InputDrafts(window);
    for (let index = 0; index < 60; index++) drafts.keep(`publish ${index}`, 'Text');
    drafts.keep('publish 15', 'Text, gone on with');
    drafts.keep('publish 60', 'Text');
    await drafts.write();
    const kept = new InputDrafts(window);
    assert.deepEqual(
      [9, 10, 11, 15, 60].map(index => kept.of(`publish ${index}`)),
      [undefined, undefined, 'Text', 'Text, gone on with', 'Text'],
    );
  });

  it('is saved automatically, once for quick keystrokes', async () => {
    const window = windowMemory();
    const { settle, pass } = moment();
    const drafts = new InputDrafts(window, { settle });
    for (let length = 1; length <= 1000; length++) drafts.keep('publish a', 'x'.repeat(length));
    assert.equal(window.writes, 0);
    await pass();
    assert.equal(window.writes, 1);
    assert.equal(new InputDrafts(window).of('publish a')?.length, 1000);
    await pass();
    assert.equal(window.writes, 1);
    drafts.keep('publish a', 'Again');
    await pass();
    assert.equal(window.writes, 2);
    assert.equal(new InputDrafts(window).of('publish a'), 'Again');
  });

  it('is not saved again when nothing has changed', async () => {
    const window = windowMemory();
    const drafts = new InputDrafts(window);
    drafts.forget('publish a');
    drafts.keep('publish a', 'Text');
    await drafts.write();
    drafts.keep('publish a', 'Text');
    await drafts.write();
    assert.equal(window.writes, 1);
  });

  it('keeps at most 50,000 characters, and always the last ones typed', async () => {
    const typing = fc.record({ name: fc.nat(99), length: fc.integer({ min: 1, max: 20_000 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(typing, { minLength: 1, maxLength: 80 }), async typed => {
        const window = windowMemory();
        const drafts = new InputDrafts(window, { settle: () => Promise.resolve() });
        for (const { name, length } of typed) drafts.keep(`publish ${name}`, 'x'.repeat(length));
        await drafts.write();
        const kept = window.get<Record<string, string>>('promptforge.drafts') ?? {};
        const characters = Object.values(kept).reduce((sum, { length }) => sum + length, 0);
        assert.ok(characters <= 50_000);
        const last = typed.at(-1);
        assert.ok(last);
        assert.equal(kept[`publish ${last.name}`]?.length, Math.min(last.length, 10_000));
      }),
      { numRuns: runs(300, 50) },
    );
  });

  it('is empty when the stored state is invalid', () => {
    for (const kept of [null, 7, [], { a: 7 }]) {
      const drafts = new InputDrafts(windowMemory({ 'promptforge.drafts': kept }));
      assert.equal(drafts.of('a'), undefined);
    }
  });
});
