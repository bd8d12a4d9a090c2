/** What `promptforge serve` sends by itself: a promotion made by one process is told by another on the same folder. */
import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { createdWebhook, webhookPage } from '../../src/contract/webhooks.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { aReceiver } from '../registry/a-receiver.ts';
import { inProcess } from './in-process.ts';
import { promptforge } from './promptforge.ts';
import { call, codeOf, newKey, serve } from './serving.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('promptforge serve with webhooks', () => {
  const inFolder = temporaryFolder();

  it('sends promotions to private networks only if allowed', async () => {
    const data = inFolder('data');
    await using receiver = await aReceiver();
    const { key } = await newKey(data, 'development', 'admin');
    const cautious = await serve('--data', data);
    const open = await serve('--data', data, '--webhooks-to-private-networks');
    try {
      const request = { url: `${receiver.url}/hook?token=s3cret`, events: ['promotion.applied'] };
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

describe('promptforge webhooks', () => {
  const inFolder = temporaryFolder();
  const URL_WITH_TOKEN = 'https://chat.example.com/hooks/s3cret';

  it('adds a webhook, prints only its secret on stdout, and lists and removes it without the secret', async () => {
    const data = inFolder('cli');
    await (await openDataFolder(data)).close();
    const make = ['webhooks', 'add', '--environment', 'production', '--url', '-', '--data', data];
    const filters = ['--only', 'staging,production', '--events', 'promotion.applied'];
    const added = await promptforge([...make, ...filters], { stdin: `${URL_WITH_TOKEN}\n` });
    assert.equal(added.code, 0, added.stderr);
    assert.match(added.stdout, /^whsec_[A-Za-z0-9+/]{43}=\n$/);
    const [id = ''] = /wh_[0-9a-f]{24}/.exec(added.stderr) ?? [];
    const listed = await inProcess(['webhooks', 'list', '--data', data, '--json']);
    const [webhook] = webhookPage.parse(JSON.parse(listed.stdout)).data;
    assert.deepEqual(
      [webhook?.id, webhook?.origin, webhook?.environments, webhook?.events, webhook?.createdBy],
      [id, 'https://chat.example.com', ['staging', 'production'], ['promotion.applied'], 'command-line'],
    );
    const table = await inProcess(['webhooks', 'list', '--data', data]);
    assert.match(
      table.stdout,
      new RegExp(`^${id} +production +https://chat.example.com +json +well +0 +0 +– +–$`, 'm'),
    );
    const removed = await inProcess(['webhooks', 'remove', id, '--data', data]);
    assert.equal(removed.stdout, `Removed the webhook ${id} of production to https://chat.example.com.\n`);
    const said = JSON.stringify([added, listed, table, removed]);
    assert(!said.includes('s3cret'));
  });

  it('refuses an address that the server would not send to, and an unknown key', async () => {
    const data = inFolder('refused');
    await (await openDataFolder(data)).close();
    const refused: [string[], number, RegExp][] = [
      [['--url', 'https://10.0.0.1/s3cret', '--data', data], 1, /private network/],
      [
        ['--url', URL_WITH_TOKEN, '--events', 'promotion.comented', '--data', data],
        2,
        /Did you mean "promotion\.commented"\?/,
      ],
      [['--url', URL_WITH_TOKEN, '--format', 'slak', '--data', data], 2, /Did you mean "slack"\?/],
      [
        ['--url', URL_WITH_TOKEN, '--data', data, '--registry-key', inFolder('none.pem')],
        4,
        /does not exist/,
      ],
      [
        ['--url', URL_WITH_TOKEN, '--data', data, '--environment', 'prodution'],
        1,
        /There is no environment "prodution"\. Did you mean "production"\?/,
      ],
      [
        ['--url', URL_WITH_TOKEN, '--data', data, '--only', 'stagin'],
        1,
        /There is no environment "stagin"\. Did you mean "staging"\?/,
      ],
    ];
    for (const [args, code, why] of refused) {
      const environment = args.includes('--environment') ? [] : ['--environment', 'production'];
      const outcome = await inProcess(['webhooks', 'add', ...environment, ...args]);
      assert.deepEqual([outcome.code, outcome.stdout], [code, '']);
      assert.match(outcome.stderr, why);
      assert(!outcome.stderr.includes('s3cret'));
    }
  });

  it('sends an example, and reports if it was not accepted', async () => {
    const data = inFolder('test');
    await (await openDataFolder(data)).close();
    await using receiver = await aReceiver();
    const url = `${receiver.url}/hook?token=s3cret`;
    const own = ['--private-network', '--data', data];
    const make = ['webhooks', 'add', '--environment', 'production', '--url', url, '--format', 'slack'];
    const added = await inProcess([...make, ...own]);
    const [id = ''] = /wh_[0-9a-f]{24}/.exec(added.stderr) ?? [];
    const sent = await inProcess(['webhooks', 'test', id, ...own]);
    const said = `${receiver.url} accepted an example in the format slack.\n`;
    assert.deepEqual([sent.code, sent.stdout], [0, said], sent.stderr);
    const [{ headers, body } = assert.fail()] = receiver.received;
    const message = new Webhook(added.stdout.trim()).verify(body, headers as Record<string, string>);
    assert.match((message as { text: string }).text, /^Example: /);
    receiver.answers.push(404);
    const refused = await inProcess(['webhooks', 'test', id, ...own]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /did not accept the example: answered 404\. Check the URL/);
    const cautious = await inProcess(['webhooks', 'test', id, '--data', data]);
    assert.match(cautious.stderr, /is not one of https/);
    assert(!JSON.stringify([added, sent, refused, cautious]).includes('s3cret'));
  });
});
