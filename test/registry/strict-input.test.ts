/** `strict` over HTTP: what does not fit the schema is named by its place in the request. */
import assert from 'node:assert/strict';
import { aRegistry } from './a-registry.ts';

describe('a strict rendering over HTTP', () => {
  const source = `---
input:
  schema:
    ticket: string
    customer?(object):
      id: integer
  default:
    ticket: none
---
{{ticket}}`;

  it('answers 422 invalid_input with the path, and renders valid input', async () => {
    await using registry = await aRegistry();
    await registry.publish('triage', source, null);
    const render = (input: object, strict: boolean) =>
      registry.call('POST', '/v1/prompts/triage/-/render', { input, strict, channel: 'latest' });
    const { status, json } = await render({ customer: { id: 'x' }, tickt: 'a' }, true);
    assert.equal(status, 422);
    assert.equal(json.code, 'invalid_input');
    assert.deepEqual(json.fields, [
      { pointer: '/input/customer/id', message: 'must be a whole number, not text' },
      { pointer: '/input/tickt', message: 'is not declared' },
    ]);
    assert.match(
      json.detail,
      /^triage@1: The input does not fit its schema: "customer\.id" must be a whole number/,
    );
    assert.equal((await render({ customer: { id: 1 }, ticket: null }, true)).text, 'none');
    assert.equal((await render({ customer: { id: 'x' } }, false)).text, 'none');
  });

  it('is not held up by a slow pattern', async () => {
    await using registry = await aRegistry();
    const schema = '{type: object, properties: {a: {type: string, pattern: "^(a+)+$"}}}';
    await registry.publish('p', `---\ninput:\n  schema: ${schema}\n---\n{{a}}`, null);
    const body = { input: { a: `${'a'.repeat(3_000)}!` }, strict: true, channel: 'latest' };
    const { status, json } = await registry.call('POST', '/v1/prompts/p/-/render', body);
    assert.equal(status, 422);
    assert.equal(json.code, 'invalid_input');
  });

  it('refuses to publish an input schema that is not an object, as no input would be valid', async () => {
    await using registry = await aRegistry();
    for (const [schema, column, says] of [
      ['string', 11, /declare its variables/],
      ['integer, how many', 11, /declare its variables/],
      ['"null"', 11, /declare its variables/],
      ['{type: string}', 12, /that is not an object/],
      ['{type: array, items: {type: string}}', 12, /that is not an object/],
    ] as const) {
      const source = `---\ninput:\n  schema: ${schema}\n---\nHi`;
      const refused = await registry.call('POST', '/v1/prompts/no-object/-/versions', {
        source,
        message: '',
        base: null,
      });
      assert.equal(refused.status, 422, schema);
      const [issue] = refused.json.issues;
      assert.deepEqual([issue.code, issue.line, issue.column], ['picoschema', 3, column], schema);
      assert.match(issue.message, says);
    }
    for (const schema of ['any', 'Order', '{type: object}']) {
      const name = `object-${schema.length}`;
      await registry.publish(name, `---\ninput:\n  schema: ${schema}\n---\nHi`, null);
      const body = { input: { type: 'a' }, strict: true, channel: 'latest' };
      const { status, text } = await registry.call('POST', `/v1/prompts/${name}/-/render`, body);
      assert.equal(status, 200, `${schema}: ${text}`);
    }
  });

  it('publishes and renders with a schema that the application defines', async () => {
    await using registry = await aRegistry();
    const named =
      '# (c) Example\n\n---\nmodel: acme/small\nmaxTurns: 3\ninput:\n  schema: Order\noutput:\n  format: array\n  schema: Invoice\n---\nTotal of {{orderId}}: {{total}}.';
    await registry.publish('named', named, null);
    const body = { input: { orderId: 'A1', total: 5 }, strict: true, channel: 'latest' };
    const { text } = await registry.call('POST', '/v1/prompts/named/-/render', body);
    assert.equal(text, 'Total of A1: 5.');
    const { json } = await registry.call('GET', '/v1/prompts/named?channel=latest', undefined, {
      headers: { accept: 'application/json' },
    });
    assert.equal(json.template, 'Total of {{orderId}}: {{total}}.');
    assert.deepEqual(json.metadata.input.schema, { $ref: 'Order' });
    assert.deepEqual(json.metadata.output, { format: 'array', schema: { $ref: 'Invoice' } });
    assert.equal(json.metadata.raw.maxTurns, 3);
  });
});
