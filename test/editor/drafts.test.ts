/** What was typed and not sent, which a question offers again. */
import assert from 'node:assert/strict';
import { Drafts } from '../../src/editor/asking/drafts.ts';

/** What a window keeps of its workspace, over its reloads. */
function memory() {
  const kept = new Map<string, string>();
  return {
    get: <T>(key: string) => {
      const text = kept.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as T);
    },
    update: async (key: string, value: unknown) => void kept.set(key, JSON.stringify(value)),
  };
}

describe('what was typed into a question', () => {
  it('is offered again until it was sent, after a reload too', () => {
    const window = memory();
    const drafts = new Drafts(window);
    assert.equal(drafts.of('publish a'), undefined);
    drafts.keep('publish a', 'Shor');
    drafts.keep('publish a', 'Shorter');
    drafts.keep('publish b', 'Another');
    assert.equal(drafts.of('publish a'), 'Shorter');
    const reloaded = new Drafts(window);
    assert.equal(reloaded.of('publish a'), 'Shorter');
    reloaded.forget('publish a');
    assert.equal(reloaded.of('publish a'), undefined);
    assert.equal(new Drafts(window).of('publish a'), undefined);
    assert.equal(new Drafts(window).of('publish b'), 'Another');
  });

  it('is nothing once it was deleted', () => {
    const drafts = new Drafts(memory());
    drafts.keep('publish a', 'Shorter');
    drafts.keep('publish a', ' ');
    assert.equal(drafts.of('publish a'), undefined);
  });

  it('is kept of the last fifty questions', () => {
    const window = memory();
    const drafts = new Drafts(window);
    for (let index = 0; index < 60; index++) drafts.keep(`publish ${index}`, 'Text');
    drafts.keep('publish 15', 'Text, gone on with');
    drafts.keep('publish 60', 'Text');
    const kept = new Drafts(window);
    assert.deepEqual(
      [9, 10, 11, 15, 60].map(index => kept.of(`publish ${index}`)),
      [undefined, undefined, 'Text', 'Text, gone on with', 'Text'],
    );
  });
});
