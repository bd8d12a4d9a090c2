/** What is front matter and what is text: Dotprompt's rules, and where we hold another on purpose (docs/dotprompt.md). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { linkPartials } from '../../src/core/link.ts';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata, render } from '../../src/core/render.ts';
import { locateFrontMatter } from '../../src/core/source.ts';
import { runs } from '../runs.ts';

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
  it('may stand below comments, a shebang and blank lines, which are no text either', async () => {
    for (const above of ['# (c) Example\n', '#!/usr/bin/env x\n# a\n\n \t\n#\n', '\n\n', '#\r\n\r\n', '#\r'])
      for (const mark of ['', '\ufeff']) {
        const source = `${mark}${above}---\nmodel: m\n---\nHello.`;
        assert.equal(await textOf(source), 'Hello.', JSON.stringify(source));
        assert.equal((await readMetadata(source, 'a')).model, 'm');
      }
  });
  it('stands below nothing else', () => {
    for (const above of [' # x\n', 'x\n', '# a\nx\n', '{{! x }}\n', '#', '\u2028\u00e9\n'])
      assert.equal(locateFrontMatter(`${above}---\nmodel: m\n---\nHello.`), undefined, above);
  });
  it('is nothing where a rule stands below a heading, and no line closes it', async () => {
    const source = '# Title\n\n---\nText.';
    assert.equal(await textOf(source), source);
  });
  it('below a comment that is never closed is refused where it begins with a key of Dotprompt', async () => {
    await assert.rejects(textOf('# (c)\n\n---\nmodel: m\nHello.'), error => {
      assert.ok(Problem.is(error, 'invalid_source'));
      assert.deepEqual(
        error.details.issues?.map(({ line, column }) => [line, column]),
        [[3, 1]],
      );
      return true;
    });
  });
  it('that cannot be read, below other lines of a published version, is text as it was', async () => {
    const source = '# Title\n\n---\nOnly: [prose\n---\n{{x}}';
    await assert.rejects(textOf(source), error => Problem.is(error, 'invalid_source'));
    const published = { source, input: {}, partials: new Map(), label: 'a', isPublished: true };
    assert.equal((await render(published)).text, '# Title\n\n---\nOnly: [prose\n---\n');
    assert.deepEqual((await readMetadata(source, 'a', { isPublished: true })).raw, {});
    const first = { ...published, source: '---\na: [\n---\nx' };
    await assert.rejects(render(first), error => Problem.is(error, 'invalid_source'));
  });
  it('is found wherever Dotprompt’s main branch finds it', () => {
    const MAIN = /^(?:(?:#[^\n]*|[ \t]*)\n)*---[ \t]*\n(?:[\s\S]*?\n)?---[ \t]*(?:\n|$)/;
    const line = fc.constantFrom(
      '# c',
      '#',
      '#!x',
      '',
      ' ',
      '\t',
      '---',
      '--- ',
      'a: 1',
      'text',
      ' # x',
      '----',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 7 }), lines => {
        const source = lines.join('\n');
        const place = locateFrontMatter(source);
        assert.equal(place?.yamlEnd !== undefined, MAIN.test(source));
      }),
      { numRuns: runs(5_000, 1_000) },
    );
  });
  it('is looked for in linear time', () => {
    for (const piece of ['#\n', '\n', ' ', '#', '# \t\n \n', '\t\r'])
      assert.equal(locateFrontMatter(piece.repeat(1_000_000 / piece.length)), undefined);
  });
  it('of a partial stands below blank lines, and not below "#", which is text there', async () => {
    assert.equal(await withPartial('a{{> p}}b', '\n---\nmodel: m\n---\n-'), 'a-b');
    const partial = '# Title\n---\nnote: x\n---\nText.';
    assert.equal(await withPartial('a{{> p}}b', partial), `a${partial}b`);
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
