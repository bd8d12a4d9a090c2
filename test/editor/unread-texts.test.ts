/** What was typed into the preview's fields and cannot be read yet. */
import assert from 'node:assert/strict';
import { UnreadTexts } from '../../src/editor/preview/webview/unread-texts.ts';

describe('texts that cannot be parsed yet', () => {
  it('are kept per prompt and field, also in the next window, until they can be parsed', () => {
    const before = new UnreadTexts();
    before.keep('file:///a.prompt', 'json', '{"a": ');
    before.keep('file:///a.prompt', 'input-fee', '12,');
    before.keep('file:///b.prompt', 'input-fee', 'x');
    const after = new UnreadTexts(JSON.parse(JSON.stringify(before.all)));
    assert.deepEqual(after.of('file:///a.prompt'), { json: '{"a": ', 'input-fee': '12,' });
    after.keep('file:///a.prompt', 'json', undefined);
    after.keep('file:///b.prompt', 'input-fee', undefined);
    assert.deepEqual(after.all, { 'file:///a.prompt': { 'input-fee': '12,' } });
    assert.deepEqual(after.of('file:///c.prompt'), {});
  });

  it('are limited to 100,000 characters, of the last edited prompts', () => {
    const texts = new UnreadTexts();
    for (const name of ['a', 'b', 'c']) texts.keep(name, 'json', 'x'.repeat(45_000));
    assert.deepEqual(Object.keys(texts.all), ['b', 'c']);
    texts.keep('d', 'json', 'x'.repeat(200_000));
    assert.deepEqual(texts.all, {});
  });
});
