/** What no input renders is not published, over HTTP: the code, place and sentence that the editor shows. */
import assert from 'node:assert/strict';
import Handlebars from 'handlebars';
import { inDeadBranch, UNRENDERABLE } from '../core/check/unrenderable.ts';
import { aRegistry, assertProblem, type RegistryForTest } from './a-registry.ts';

describe('publishing a template that no input renders', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
  });
  after(() => registry[Symbol.asyncDispose]());
  const publish = (prompt: string, source: string) =>
    registry.call('POST', `/v1/prompts/${prompt}/-/versions`, { source, message: '', base: null });

  for (const row of UNRENDERABLE)
    it(`is refused: ${JSON.stringify(row.template)}`, async () => {
      for (const { template, code, line, column, says } of [
        row,
        ...(inDeadBranch(row) ? [inDeadBranch(row) ?? row] : []),
      ]) {
        const answered = await publish('unrenderable', template);
        assertProblem(answered, 422, 'invalid_source', says);
        const [issue] = answered.json.issues;
        assert.deepEqual([issue.code, issue.line, issue.column], [code, line, column]);
        assert.match(issue.message, says);
      }
      assertProblem(
        await registry.call('GET', '/v1/prompts/unrenderable/-/summary'),
        404,
        'prompt_not_found',
      );
    });

  it('allows a partial block only in partials, and refuses to publish a call without a block', async () => {
    assert.equal((await publish('_layout', '<{{> @partial-block}}>')).status, 201);
    assert.equal((await publish('_inner', '{{> layout}}')).status, 201);
    assert.equal((await publish('framed', '{{#> inner}}x{{/inner}}')).status, 201);
    const answered = await publish('bare', 'a {{#if never}}{{> inner}}{{/if}}');
    assertProblem(answered, 422, 'invalid_source', /"inner" writes \{\{> @partial-block\}\}/);
    const [{ code, line, column }] = answered.json.issues;
    assert.deepEqual([code, line, column], ['missing-partial-block', 1, 16]);
  });

  it('refuses an inline partial that Handlebars would confuse with another, and accepts others', async () => {
    assert.equal((await publish('_q', 'theirs')).status, 201);
    const frame = '{{#*inline "x"}}theirs{{/inline}}{{> q}}, {{> x}}, {{> @partial-block}}';
    assert.equal((await publish('_frame', frame)).status, 201);
    const taken = await publish('taken', '{{#*inline "q"}}mine{{/inline}}{{> frame}}');
    assertProblem(taken, 422, 'invalid_source', /"frame" uses another "q"/);
    assert.equal(taken.json.issues[0].code, 'captured-partial');
    const fine = '{{#*inline "x"}}mine{{/inline}}{{#> frame}}{{> x}}{{/frame}}';
    assert.equal((await publish('fine', fine)).status, 201);
    const { json } = await registry.call('GET', '/v1/prompts/fine?channel=latest', undefined, {
      headers: { accept: 'application/json' },
    });
    assert.equal(Handlebars.create().compile(json.template)({}), 'theirs, theirs, mine');
    const rendered = await registry.call('POST', '/v1/prompts/fine/-/render', {
      input: {},
      channel: 'latest',
    });
    assert.equal(rendered.text, 'theirs, theirs, mine');
  });
});
