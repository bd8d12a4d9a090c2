import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parsePromptName } from '../../src/core/name.ts';
import { discardedWords, discardQuestion, undoneWords } from '../../src/editor/discard/discard-words.ts';
import {
  isComplete,
  messageForMany,
  type PublishManyOutcome,
  publishedMany,
} from '../../src/editor/publish/publish-many-words.ts';
import { syncSummary } from '../../src/editor/publish/pull-words.ts';

const name = (text: string) => parsePromptName(text);
const published = (prompt: string, version = 1): PublishManyOutcome => ({
  prompt: name(prompt),
  kind: 'published',
  version,
});
const refused = (prompt: string, why = 'It is archived.'): PublishManyOutcome => ({
  prompt: name(prompt),
  kind: 'refused',
  why,
});

describe('the summary of publishing several prompts', () => {
  it('names each published version', () => {
    assert.equal(
      publishedMany([published('a', 5), published('b')]),
      'Published a@5 and b@1. They are not live anywhere until you promote them.',
    );
  });

  it('says which prompts were refused and why', () => {
    assert.equal(
      publishedMany([published('a', 5), refused('b'), refused('c', 'It has no file here.')]),
      'Published a@5. It is not live anywhere until you promote it. Not published: b and c. b: It is archived. c: It has no file here.',
    );
  });

  it('says which were unchanged, and which were not tried', () => {
    assert.equal(
      publishedMany([
        { prompt: name('a'), kind: 'unchanged', version: 4 },
        refused('b', 'The registry ended the connection.'),
        { prompt: name('c'), kind: 'not_tried' },
      ]),
      'Nothing was published. The registry already has a as it is here. Not published: b. b: The registry ended the connection. Skipped: c.',
    );
  });

  it('stays short for any number, and hides no refusal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 500 }), count => {
        const words = publishedMany(Array.from({ length: count }, (_, index) => refused(`p${index}`)));
        assert.ok(words.length < 400, words);
        assert.match(words, new RegExp(`The log has the reason of ${count - 3} other`));
      }),
      { numRuns: 20 },
    );
  });

  it('reports success only when nothing is left', () => {
    assert.equal(isComplete([published('a'), { prompt: name('b'), kind: 'unchanged', version: 2 }]), true);
    assert.equal(isComplete([published('a'), refused('b')]), false);
    assert.equal(isComplete([published('a'), { prompt: name('b'), kind: 'not_tried' }]), false);
  });

  it('asks for one message', () => {
    assert.equal(messageForMany([name('a')]).title, 'Publish a');
    assert.equal(messageForMany([name('a'), name('b')]).title, 'Publish 2 Prompts');
  });
});

describe('sync messages', () => {
  const nothing = { updated: [], merged: [], created: [], adopted: [], kept: [], left: [] };

  it('say what is left to publish', () => {
    assert.equal(syncSummary(nothing, 0), 'Nothing to pull: your files are up to date.');
    assert.equal(
      syncSummary(nothing, 2),
      'Nothing to pull: your files are up to date. 2 prompts changed here are not published yet.',
    );
  });
});

describe('discard messages', () => {
  it('ask before discarding several files, and before deleting', () => {
    assert.equal(discardQuestion([{ name: name('a'), isNew: false }]), undefined);
    assert.equal(discardQuestion([{ name: name('a'), isNew: true }])?.message, 'Delete a?');
    const both = discardQuestion([
      { name: name('a'), isNew: false },
      { name: name('b'), isNew: true },
    ]);
    assert.equal(both?.button, 'Discard 2 Changes');
    assert.match(both?.detail ?? '', /1 file that was never published is deleted\. You can undo this\.$/);
  });

  it('say what was kept and why', () => {
    assert.equal(
      discardedWords([name('a')], [{ prompt: name('b'), why: 'It cannot be fetched.' }]),
      'Discarded the changes of a. Left as it is: b. It cannot be fetched.',
    );
    assert.equal(
      discardedWords([name('a'), name('b')], [], new Map([[name('b'), name('c')]])),
      'Discarded the changes of a and b. b is c again.',
    );
    const two = new Map(['a', 'b'].map(each => [name(each), name(`old-${each}`)]));
    assert.equal(
      discardedWords([name('a'), name('b')], [], two),
      'Discarded the changes of a and b. 2 files have their old names again.',
    );
    assert.equal(undoneWords([name('a')], []), 'Brought back the changes of a.');
    assert.equal(
      undoneWords([], [name('a')]),
      'a was edited since, so its discarded text is in a new editor.',
    );
  });
});
