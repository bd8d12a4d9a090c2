import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { patience } from '../../scripts/host/patience.ts';
import { PromptForgeError } from '../../src/sdk/client.ts';
import { createTestClient } from '../../src/sdk/testing.ts';
import { eventually } from '../eventually.ts';
import { codeOf } from './a-client.ts';

describe('createTestClient', () => {
  it('returns the texts of the test like the real client', async () => {
    const prompts = createTestClient({
      'support/triage': 'Sort {{mail}}.',
      greeting: { text: 'Hello', version: 7, metadata: { model: 'acme/small' } },
    });
    const triage = await prompts.get('support/triage');
    assert.deepEqual(
      [triage.text, triage.reference, triage.environment],
      ['Sort {{mail}}.', 'support/triage@1', 'test'],
    );
    const greeting = await prompts.get('greeting');
    assert.deepEqual([greeting.version, greeting.metadata.model], [7, 'acme/small']);
    assert.equal((await prompts.render('support/triage', { mail: 'this' })).text, 'Sort this.');
    assert.equal((await prompts.preload(['greeting', 'support/triage'])).length, 2);
  });

  it('also renders if the registry would be asked to', async () => {
    const schema = { type: 'object', required: ['mail'] };
    const prompts = createTestClient({
      a: {
        text: '{{role "system"}}Sort.{{role "user"}}{{mail}}',
        version: 3,
        metadata: { input: { schema, default: {} } },
      },
    });
    for (const options of [{ remote: true }, { strict: true }, { remote: true, version: 3 }]) {
      const local = await prompts.render('a', { mail: 'this' }, { version: 3 });
      const { text, messages, reference, source } = await prompts.render('a', { mail: 'this' }, options);
      assert.deepEqual([text, messages], [local.text, local.messages]);
      assert.deepEqual([reference, source], ['a@3', 'network']);
      const error = await prompts.render('a', {}, options).catch((thrown: unknown) => thrown);
      assert.ok(PromptForgeError.is(error, 'missing_input'));
      assert.deepEqual(error.missing, ['mail']);
    }
    assert.equal(await codeOf(prompts.render('b', {}, { remote: true })), 'prompt_not_found');
    assert.equal(await codeOf(prompts.render('a', {}, { remote: true, version: 4 })), 'version_not_found');
    prompts.fail('unavailable');
    assert.equal(await codeOf(prompts.render('a', { mail: 'this' }, { remote: true })), 'unavailable');
  });

  it('refuses a name that the test has not set', async () => {
    const error = await createTestClient()
      .get('other')
      .catch((thrown: unknown) => thrown);
    assert.ok(PromptForgeError.is(error, 'prompt_not_found'));
    assert.match(error.message, /createTestClient/);
  });

  it('changes versions and fails as the test says', async () => {
    const prompts = createTestClient({ a: 'one' });
    assert.equal((await prompts.get('a')).version, 1);
    prompts.set('a', { text: 'two', version: 2 });
    assert.equal((await prompts.get('a')).text, 'two');
    for (const code of ['unreachable', 'unavailable', 'rate_limited', 'key_refused'] as const) {
      prompts.fail(code);
      assert.equal(await codeOf(prompts.get('b')), code);
      assert.equal((await prompts.get('b', { fallback: 'x' })).source, 'fallback');
      const { source, text } = await prompts.get('a');
      assert.deepEqual([source, text], ['stale', 'two'], 'what was fetched is still given');
      prompts.fail(undefined);
      assert.equal((await prompts.get('a')).source, 'network');
      assert.equal(await codeOf(prompts.get('b')), 'prompt_not_found');
    }
  });

  it('notifies watchers at once', async function () {
    // Without a feed the client would look every 7 to 15 seconds.
    this.timeout(patience(5000));
    const prompts = createTestClient({ a: 'one', b: 'other' });
    const told: number[] = [];
    await prompts.get('a');
    const stop = prompts.watch('a', ({ version }) => told.push(version));
    try {
      await sleep(50);
      prompts.set('b', { text: 'more', version: 2 });
      prompts.set('a', { text: 'two', version: 2 });
      await eventually('version 2', () => told.length === 1);
      prompts.fail('unavailable');
      await sleep(50);
      prompts.set('a', { text: 'three', version: 3 });
      prompts.fail(undefined);
      await eventually('version 3', () => told.length === 2);
      assert.deepEqual(told, [2, 3]);
    } finally {
      stop();
    }
    prompts.set('a', { text: 'four', version: 4 });
    await sleep(50);
    assert.equal(told.length, 2);
  });
});
