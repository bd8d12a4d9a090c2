/** What is front matter and what is text: Dotprompt's rules, and where we hold another on purpose (docs/dotprompt.md). */
import assert from 'node:assert/strict';
import { linkPartials } from '../../src/core/link.ts';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata, render } from '../../src/core/render.ts';

const textOf = async (source: string) =>
  (await render({ source, input: {}, partials: new Map(), label: 'a' })).text;

/** Where every partial has this source. */
async function withPartial(source: string, partial: string): Promise<string> {
  const found = async (name: PromptName) => ({ name, source: partial, id: name });
  const partials = await linkPartials(parsePromptName('a'), source, found);
  return (await render({ source, input: {}, partials, label: 'a' })).text;
}

describe('front matter', () => {
  it('is what stands between two lines "---" at the beginning', async () => {
    const source = '---\nmodel: m\n---\nHello.\n---\nStill text.';
    assert.equal(await textOf(source), 'Hello.\n---\nStill text.');
    assert.equal((await readMetadata(source, 'a')).model, 'm');
  });
  it('is nowhere else: a line "---" between texts is text', async () => {
    for (const source of ['Hello.\n---\nmodel: m\n---\n', ' ---\na: 1\n---\n', '---', '----\na: 1\n----\n'])
      assert.equal(await textOf(source), source);
  });
  it('may be empty, and may be all there is, with no line break at its end', async () => {
    assert.equal(await textOf('---\n---\nHello.'), 'Hello.');
    assert.equal(await textOf('---\n\n---\nHello.'), 'Hello.');
    assert.equal(await textOf('---\n# only a comment\n---\nHello.'), 'Hello.');
    assert.equal(await textOf('---\nmodel: m\n---'), '');
  });
  it('may stand after a byte order mark, which is no text', async () => {
    assert.equal(await textOf('\ufeff---\nmodel: m\n---\nHello.'), 'Hello.');
    assert.equal(await textOf('\ufeffHello.'), 'Hello.');
  });
  it('does not stand below a comment: headings begin with "#" too', async () => {
    const source = '# Title\n\n---\nnote: x\n---\nText.';
    assert.equal(await textOf(source), source);
  });
  it('that is not closed or no YAML is refused, never taken for text', async () => {
    for (const source of ['---\nmodel: m\nHello.', '---\na: [\n---\nHello.', '---\n- a\n---\nHello.'])
      await assert.rejects(textOf(source), error => Problem.is(error, 'invalid_source'));
  });
  it('of a partial is no part of its text', async () => {
    assert.equal(await withPartial('a{{> p}}b', '---\ndescription: x\n---\n-\n'), 'a-b');
  });
});

describe('a partial', () => {
  it('is told apart by case: one of another case is refused', async () => {
    const found = async (name: PromptName) =>
      name === '_userCard' ? { name, source: 'x', id: name } : undefined;
    const partials = await linkPartials(parsePromptName('a'), '{{> userCard}}', found);
    assert.deepEqual([...partials.keys()], ['userCard']);
    for (const reference of ['usercard', 'UserCard'])
      await assert.rejects(
        linkPartials(parsePromptName('a'), `{{> ${reference}}}`, found),
        error =>
          Problem.is(error, 'invalid_source') && error.message.includes(`"${reference}" was not found`),
      );
  });
  it('is named, not computed', async () => {
    await assert.rejects(
      withPartial('{{> (lookup . "which")}}', 'x'),
      error => Problem.is(error, 'invalid_source') && error.message.includes('must be named'),
    );
  });
  it('does not use itself', async () => {
    await assert.rejects(
      withPartial('{{> p}}', '{{> p}}'),
      error => Problem.is(error, 'invalid_source') && error.message.includes('uses itself'),
    );
  });
});
