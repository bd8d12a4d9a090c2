/** Long answers that nobody reads: each key holds so many bytes of them, and other keys go on. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { eventually } from '../eventually.ts';
import { aRegistry, assertProblem } from '../registry/a-registry.ts';

const COUNT = 16;

describe('unread responses', () => {
  it('are limited per key, with an error for that key and no effect on others', async () => {
    await using registry = await aRegistry();
    await registry.publish('long', '{{#each xs}}{{../big}}{{/each}}', null);
    const input = { big: 'x'.repeat(100_000), xs: Array(40).fill(1) };
    const body = JSON.stringify({ version: 1, input });
    const authorization = `Bearer ${await registry.key('development', 'reader', 'deaf')}`;
    const head = `POST /v1/prompts/long/-/render HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    const asked = Array.from({ length: COUNT }, () => {
      const socket = connect(Number(new URL(registry.url).port), '127.0.0.1');
      let status = '';
      socket.on('error', () => {});
      socket.on('data', chunk => {
        status = status || chunk.toString('latin1', 9, 12);
        socket.pause();
      });
      socket.write(head + body);
      return { socket, status: () => status };
    });
    await eventually('all answers to begin', () => asked.every(({ status }) => status() !== ''));
    const statuses = asked.map(({ status }) => status());
    const given = statuses.filter(status => status === '200').length;
    assert.ok(given >= 2 && given < COUNT, statuses.join(' '));
    assert.deepEqual([...new Set(statuses)].sort(), ['200', '429']);
    const render = (as: string) =>
      registry.call('POST', '/v1/prompts/long/-/render', { version: 1, input }, { as });
    assertProblem(
      await render('development reader deaf'),
      429,
      'queue_full',
      /has not read the long responses/,
    );
    assert.equal((await render('development reader other')).status, 200);
    for (const { socket } of asked) socket.destroy();
    await eventually(
      'the key to be served again',
      async () => (await render('development reader deaf')).status === 200,
    );
  });
});
