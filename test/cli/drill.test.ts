/** `drill`, by the real command and a registry that serves. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { eventually } from '../eventually.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { aWorkingCopy, type WorkingCopyForTest } from './a-working-copy.ts';
import { start } from './promptforge.ts';

describe('promptforge drill', () => {
  let registry: RegistryForTest;
  let copy: WorkingCopyForTest;
  let keys: Record<string, string>;
  before(async () => {
    registry = await aRegistry();
    keys = {
      PROMPTFORGE_KEY_STAGING: await registry.key('staging', 'approver', 'ci'),
      PROMPTFORGE_KEY_PRODUCTION: await registry.key('production', 'approver', 'ci'),
    };
    copy = await aWorkingCopy(registry.url, keys);
  });
  after(async () => {
    await copy[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });
  const twoVersions = async (prompt: string) => {
    await registry.publish(prompt, 'One', null);
    await registry.publish(prompt, 'Two', 1);
    for (const version of [1, 2]) {
      await registry.promote(prompt, version, 'staging');
      await registry.promote(prompt, version, 'production');
    }
  };
  const moves = async (prompt: string, environment: string): Promise<number[]> => {
    const path = `/v1/promotions?prompt=${prompt}&environment=${environment}`;
    const { json } = await registry.call('GET', path);
    return json.data.map(({ version }: { version: number }) => version).reverse();
  };

  it('rolls back and forward again, and prints the report as Markdown or JSON', async () => {
    await twoVersions('drilled');
    const told = await copy.run('drill', 'drilled', '--environment', 'staging');
    assert.equal(told.code, 0, told.stderr);
    assert.match(told.stderr, /^Rolling drilled back from @2 to @1 in staging, and forward again\.\n/);
    assert.match(told.stdout, /^# Rollback drill: drilled in staging\n\n.* It went well\.\n/);
    assert.match(told.stdout, /\*\*@2 is live in staging\*\*, as before the drill\.\n$/);
    const json = await copy.run('drill', 'drilled', '--environment', 'staging', '--json');
    const { outcome, from, to, live, maxAge, times } = JSON.parse(json.stdout);
    assert.deepEqual([json.code, outcome, from, to, live, maxAge], [0, 'done', 2, 1, 2, 5]);
    assert.deepEqual(Object.keys(times), ['ask', 'apply', 'delivery', 'application', 'back']);
    assert.deepEqual(await moves('drilled', 'staging'), [1, 2, 1, 2, 1, 2]);
    assert.deepEqual(await moves('drilled', 'production'), [1, 2]);
  });

  it('is refused in production, and without a key for the environment', async () => {
    await twoVersions('refused');
    const production = await copy.run('drill', 'refused', '--environment', 'production');
    assert.equal(production.code, 1);
    assert.match(production.stderr, /production does not allow drills/);
    const keyless = await copy.runApart({}, 'drill', 'refused', '--environment', 'development');
    assert.equal(keyless.code, 1);
    assert.match(keyless.stderr, /no key for development/);
    const unnamed = await copy.run('drill', 'refused');
    assert.equal(unnamed.code, 2);
    assert.deepEqual(await moves('refused', 'production'), [1, 2]);
  });

  if (process.platform !== 'win32')
    it('rolls forward again if it is stopped by Ctrl-C', async () => {
      await twoVersions('stopped');
      const running = start(['drill', 'stopped', '--environment', 'staging'], {
        env: keys,
        cwd: copy.root,
      });
      running.stdout.resume();
      running.stderr.resume();
      const ended = once(running, 'close');
      await eventually('the rollback', async () => (await moves('stopped', 'staging')).length === 3);
      running.kill('SIGINT');
      running.kill('SIGINT');
      const [code] = await ended;
      assert.equal(code, 1);
      assert.deepEqual(await moves('stopped', 'staging'), [1, 2, 1, 2]);
    });
});
