/** What `promptforge serve` sends by itself: a promotion made by one process is told by another on the same folder. */
import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { createdWebhook } from '../../src/contract/webhooks.ts';
import { aReceiver } from '../registry/a-receiver.ts';
import { call, codeOf, newKey, serve } from './serving.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('promptforge serve with webhooks', function () {
  this.timeout(30_000);
  const inFolder = temporaryFolder();

  it('sends promotions to private networks only when told so', async () => {
    const data = inFolder('data');
    await using receiver = await aReceiver();
    const { key } = await newKey(data, 'development', 'admin');
    const cautious = await serve('--data', data);
    const open = await serve('--data', data, '--webhooks-to-private-networks');
    try {
      const request = { url: `${receiver.url}/hook?token=s3cret` };
      const refused = await call(`${cautious.url}/v1/webhooks`, key, request);
      assert.equal(codeOf(refused), 'invalid_request');
      const made = await call(`${open.url}/v1/webhooks`, key, request);
      const { secret, id } = createdWebhook.parse(JSON.parse(made.text));
      await cautious.stop();

      const prompt = `${open.url}/v1/prompts/support/triage/-`;
      await call(`${prompt}/versions`, key, { source: 'Hello', message: '', base: null });
      const pointer = { environment: 'development', channel: 'stable', version: 1, expected: null };
      const promoted = await call(`${prompt}/promotions`, key, { ...pointer, reason: 'First' });
      assert.equal(promoted.status, 201);
      await receiver.got(1);
      const [{ headers, body } = assert.fail()] = receiver.received;
      const message = new Webhook(secret).verify(body, headers as Record<string, string>) as { type: string };
      assert.equal(message.type, 'promotion.applied');
      assert.equal((await open.stop()).code, 0);
      const logs = JSON.stringify([cautious.log(), open.log(), cautious.stderr(), open.stderr()]);
      assert(!logs.includes('s3cret') && !logs.includes(secret.slice(6)), id);
    } finally {
      await Promise.all([cautious.stop(), open.stop()]);
    }
  });
});
