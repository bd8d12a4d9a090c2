/** What an input's values become over HTTP: the same as everywhere. */
import assert from 'node:assert/strict';
import { aRegistry } from './a-registry.ts';

describe('rendering values over HTTP', () => {
  it('uses defaults for null', async () => {
    await using registry = await aRegistry();
    await registry.publish(
      'greet',
      '---\ninput:\n  schema: {name: string}\n  default: {name: friend}\n---\nHi {{name}}.',
      null,
    );
    const body = { input: { name: null }, channel: 'latest' };
    const { status, json } = await registry.call('POST', '/v1/prompts/greet/-/render', body, {
      headers: { accept: 'application/json' },
    });
    assert.equal(status, 200);
    assert.equal(json.messages[0].content[0].text, 'Hi friend.');
  });

  it('accepts earlier messages only in the roles that Dotprompt knows', async () => {
    await using registry = await aRegistry();
    await registry.publish('chat', '{{history}}Go on.', null);
    const earlier = (role: string) =>
      registry.call('POST', '/v1/prompts/chat/-/render', {
        channel: 'latest',
        messages: [{ role, content: [{ text: 'x' }] }],
      });
    for (const role of ['system', 'user', 'model', 'tool']) assert.equal((await earlier(role)).status, 200);
    for (const role of ['assistant', 'System', '', 'user ']) {
      const { status, json } = await earlier(role);
      assert.equal(status, 422, role);
      assert.equal(
        json.detail,
        'The body is invalid at /messages/0/role: A role is "system", "user", "model" or "tool". For "assistant" write "model".',
      );
    }
  });

  it('points to values that are not text', async () => {
    await using registry = await aRegistry();
    const rows = {
      'a\n{{role who}}Hi': '2:1',
      'Look: {{media url=picture}}': '1:7',
      'Ctx: {{json ctx}}': '1:6',
      'Ctx: {{customer}}': '1:6',
    };
    for (const [index, [source, place]] of Object.entries(rows).entries()) {
      await registry.publish(`wrong${index}`, source, null);
      const { status, json } = await registry.call('POST', `/v1/prompts/wrong${index}/-/render`, {
        input: { customer: { id: 1 } },
        channel: 'latest',
      });
      assert.equal(status, 422, source);
      assert.equal(json.code, 'invalid_source');
      assert.ok(json.detail.startsWith(`wrong${index}@1:${place}: `), json.detail);
    }
  });

  it('keeps the digits of numbers as given', async () => {
    await using registry = await aRegistry();
    await registry.publish('n', '{{n}}', null);
    const send = (n: string) =>
      registry.call('POST', '/v1/prompts/n/-/render', `{"channel": "latest", "input": {"n": ${n}}}`, {
        headers: { 'content-type': 'application/json' },
      });
    for (const n of ['12345678901234567890', '9007199254740993', '-0.12345678901234567890', '1e999']) {
      const { status, json } = await send(n);
      assert.equal(status, 422);
      assert.equal(json.code, 'invalid_request');
      assert.deepEqual(json.fields, [
        { pointer: '/input/n', message: 'has digits that a number does not keep' },
      ]);
      assert.match(json.detail, /Pass it as text\.$/);
      assert.ok(!JSON.stringify(json).includes(n), 'the value is not repeated');
    }
    for (const n of ['9007199254740992', '"12345678901234567890"']) {
      const { status, text } = await send(n);
      assert.equal(status, 200);
      assert.equal(text, n.replaceAll('"', ''));
    }
  });

  it('refuses a repeated name anywhere in the body', async () => {
    await using registry = await aRegistry();
    await registry.publish('fees', '{{fee}}', null);
    for (const [body, pointer] of [
      ['{"channel":"latest","input":{"fee":1,"fee":2}}', '/input/fee'],
      ['{"channel":"latest","input":{"fee":1},"input":{"fee":2}}', '/input'],
      ['{"channel":"latest","input":{"list":[0,{"a":1,"\\u0061":2}]}}', '/input/list/1/a'],
    ] as const) {
      const { status, json } = await registry.call('POST', '/v1/prompts/fees/-/render', body, {
        headers: { 'content-type': 'application/json' },
      });
      assert.equal(status, 422);
      assert.equal(json.code, 'invalid_request');
      assert.deepEqual(json.fields, [{ pointer, message: 'is given twice' }]);
      assert.match(json.detail, /twice\. Remove one of the two\.$/);
    }
  });
});
