/** Versions that were published before a check came: what is live goes on, and what cannot be rendered says why. */
import assert from 'node:assert/strict';
import { Problem } from '../../src/core/problem.ts';
import { render } from '../../src/core/render.ts';
import { UNRENDERABLE } from './check/unrenderable.ts';

const rendered = (source: string, isPublished: boolean) =>
  render({ source, input: {}, partials: new Map(), label: 'p@1', isPublished }).then(({ text }) => text);

describe('a version published before templates were checked', () => {
  it('renders if the error is in a branch that does not run', async () => {
    let tried = 0;
    for (const { template } of UNRENDERABLE) {
      const source = `{{#if never}}${template}{{/if}}ok`;
      const text = await rendered(source, true).catch((error: unknown) => {
        // What cannot be read could not be published then either.
        assert.ok(Problem.is(error, 'invalid_source'), template);
        return undefined;
      });
      if (text === undefined) continue;
      assert.equal(text, 'ok', template);
      await assert.rejects(rendered(source, false), error => Problem.is(error, 'invalid_source'), template);
      tried += 1;
    }
    assert.ok(tried > 20, `only ${tried} were tried`);
  });

  it('explains in our words what cannot be rendered', async () => {
    for (const [source, why] of [
      ['{{upper who}}', /There is no helper "upper"/],
      ['{{#list a}}x{{/list}}', /There is no helper "list"/],
      ['{{helperMissing 1}}', /"helperMissing" is internal to Handlebars/],
    ] as const)
      await assert.rejects(
        rendered(source, true),
        error => Problem.is(error, 'invalid_source') && why.test(error.message),
      );
  });
});
