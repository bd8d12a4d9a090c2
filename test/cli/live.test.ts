/** `promptforge live`, on a data folder and on a registry that serves. */
import assert from 'node:assert/strict';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { anOlderKey } from '../registry/an-older-key.ts';
import { inProcess } from './in-process.ts';

const PROMOTED = '2026-09-12T14:03:00.000Z';

describe('promptforge live', () => {
  let registry: RegistryForTest;
  before(async () => {
    let clock = Date.parse(PROMOTED) - 3_600_000;
    registry = await aRegistry({ now: () => new Date(clock) });
    await registry.publish('fees/quote', '---\nmodel: m\n---\nThe fee is {{fee}}.\n', null);
    clock = Date.parse(PROMOTED);
    await registry.promote('fees/quote', 1, 'development');
    clock = Date.parse('2026-10-01T00:00:00Z');
    await registry.publish('fees/quote', 'No fee: {{fee}}', 1);
    await registry.promote('fees/quote', 2, 'development');
  });
  after(() => registry[Symbol.asyncDispose]());

  const live = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    inProcess(
      [
        ...['live', 'fees/quote', ...args],
        ...(args.includes('--environment') ? [] : ['--environment', 'development']),
      ],
      { env },
    );

  it('prints the exact text that was live, with who, why, since when, until when, and the proof', async () => {
    const { code, stdout, stderr } = await live([
      '--data',
      registry.folder,
      '--at',
      '2026-09-12T16:03:00+02:00',
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'The fee is {{fee}}.');
    assert.match(stderr, /^fees\/quote@1 was live on stable of development at 2026-09-12T14:03:00\.000Z:$/m);
    assert.match(stderr, /^ {2}from {3}2026-09-12T14:03:00\.000Z$/m);
    assert.match(stderr, /^ {2}until {2}2026-10-01T00:00:00\.000Z$/m);
    assert.match(stderr, /^ {2}promoted by admin\.of\.development$/m);
    assert.match(stderr, /^ {2}reason For the test$/m);
    assert.match(stderr, /^ {2}proof {2}event \d+, sha256:[0-9a-f]{64}$/m);
  });

  it('keeps reasons and names on one line, so that they cannot forge the proof', async () => {
    const hostile = 'ok\u001b[2J\n  proof  event 1, sha256:0\u2028\u202e\u0085\u009b';
    const actor = 'eve\u2028  proof  event 2\u200b';
    await registry.publish('fees/forged', 'Fee', null);
    const key = await anOlderKey(registry.store, 'development', 'admin', actor);
    const body = {
      environment: 'development',
      channel: 'stable',
      version: 1,
      reason: hostile,
      expected: null,
    };
    const { status } = await registry.call('POST', '/v1/prompts/fees/forged/-/promotions', body, {
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(status, 201);
    const { code, stdout, stderr } = await inProcess([
      ...['live', 'fees/forged', '--environment', 'development', '--data', registry.folder],
    ]);
    assert.deepEqual([code, stdout], [0, 'Fee']);
    const told = stderr.trimEnd().split('\n');
    assert.equal(told.length, 6, stderr);
    assert.equal(told.filter(each => /^ {2}proof {2}event/.test(each)).length, 1);
    assert.equal(told[4], '  reason ok\\u001b[2J\\n  proof  event 1, sha256:0\\u2028\\u202e\\u0085\\u009b');
    const keys = await inProcess(['keys', 'list', '--data', registry.folder]);
    assert.match(keys.stdout, /eve\\u2028 {2}proof {2}event 2\\u200b/);
  });

  it('requests a running registry with the key of the environment, and prints JSON', async () => {
    const key = await registry.key('production', 'approver');
    const args = ['--registry', registry.url, '--at', PROMOTED, '--json'];
    const { code, stdout, stderr } = await live(args, { PROMPTFORGE_KEY: key });
    assert.equal(code, 0, stderr);
    const { version, at, until, promotion } = JSON.parse(stdout);
    assert.deepEqual(
      { version, at, until, reason: promotion.reason },
      { version: 1, at: PROMOTED, until: '2026-10-01T00:00:00.000Z', reason: 'For the test' },
    );
  });

  it('reports that nothing was live yet, and when the first version was', async () => {
    const { code, stdout, stderr } = await live([
      '--data',
      registry.folder,
      '--at',
      '2026-09-12T14:02:59.999Z',
    ]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(
      stderr,
      /no version of "fees\/quote" was live .* The first became live at 2026-09-12T14:03:00\.000Z/,
    );
  });

  it('suggests the channel and the environment that were probably meant', async () => {
    const at = ['--data', registry.folder, '--at', PROMOTED];
    const { code, stdout, stderr } = await live([...at, '--channel', 'stabel']);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /has never been live on the channel "stabel" .*Did you mean the channel "stable"\?/);
    const other = await live([...at, '--channel', 'elsewhere']);
    assert.match(other.stderr, /has never been live on the channel "elsewhere" of development\. Ask/);
    const wrong = await live([...at, '--environment', 'developement']);
    assert.match(wrong.stderr, /Did you mean "development"\?/);
  });

  for (const [args, message] of [
    [['--at', '12/9/2026 14:03'], /Give a time with its time zone, such as 2026-09-12T14:03:00Z/],
    [['--at', '2026-09-12T14:03:00'], /Give a time with its time zone/],
    [['--registry', 'http://127.0.0.1:9'], /Set the environment variable PROMPTFORGE_KEY to an author key/],
    [['--registry', 'http://127.0.0.1:9', '--data', '.'], /cannot be used with/],
  ] as const)
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await live(args, { PROMPTFORGE_KEY: '' });
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, message);
    });
});
