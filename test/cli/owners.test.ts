/** `promptforge owners`, by the real command and a registry that serves. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { aWorkingCopy, type WorkingCopyForTest } from './a-working-copy.ts';

describe('promptforge owners', () => {
  let registry: RegistryForTest;
  let copy: WorkingCopyForTest;
  let lee: { PROMPTFORGE_KEY_PRODUCTION: string };
  beforeEach(async () => {
    registry = await aRegistry({ environments: defaultEnvironments(1) });
    lee = { PROMPTFORGE_KEY_PRODUCTION: await registry.key('production', 'approver', 'lee') };
    await registry.key('production', 'approver', 'dana');
    copy = await aWorkingCopy(registry.url, {
      PROMPTFORGE_KEY_PRODUCTION: await registry.key('production', 'admin', 'ada'),
    });
  });
  afterEach(async () => {
    await copy[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });
  const there = ['--environment', 'production'];
  const set = async (text: string | Uint8Array, ...args: string[]) => {
    await writeFile(join(copy.root, 'OWNERS'), text);
    return copy.run('owners', 'set', 'OWNERS', ...there, '--reason', 'Teams', ...args);
  };

  it('requests owners, shows the change, lets another person approve it, and shows whose approval a promotion needs', async () => {
    const none = await copy.run('owners', 'show', ...there);
    assert.deepEqual([none.code, none.stdout], [0, '']);
    assert.match(none.stderr, /No prompt has owners in production/);

    const asked = await set('# ours\r\nsupport/** @dana\r\n');
    assert.equal(asked.code, 0, asked.stderr);
    const [, id = ''] =
      /^Change (\d+) of the owners of production by ada waits for 1 approval by .*lee.*: Teams/.exec(
        asked.stdout,
      ) ?? [];
    assert.match(asked.stderr, /^OWNERS:2: "support\/\*\*" matches no prompt now/m);
    const waiting = await copy.run('owners', 'show', ...there, '--waiting');
    assert.equal(waiting.stdout, '# ours\r\nsupport/** @dana\r\n');
    const own = await copy.run('owners', 'approve', id, ...there);
    assert.deepEqual([own.code, own.stdout], [1, '']);
    assert.match(own.stderr, /someone else must approve it/);
    const approved = await copy.runWith(lee, 'owners', 'approve', id, ...there);
    assert.deepEqual(
      [approved.code, approved.stdout],
      [0, `Change ${id} is in effect: these are now the owners of prompts in production.\n`],
    );
    const json = JSON.parse((await copy.run('owners', 'show', ...there, '--json')).stdout);
    assert.deepEqual([json.current.id, json.waiting], [id, null]);

    await registry.publish('support/triage', 'Text', null);
    await registry.promote('support/triage', 1, 'staging');
    const promoted = await copy.run('promote', 'support/triage@1', '--to', 'production', '--reason', 'x');
    assert.match(promoted.stdout + promoted.stderr, /needs the approval of dana\./);
  });

  it('rejects a change with a reason, and cancels one', async () => {
    for (const [action, env] of [
      ['reject', lee],
      ['cancel', {}],
    ] as const) {
      const { change } = JSON.parse((await set('* dana', '--json')).stdout);
      const args = action === 'reject' ? ['--comment', 'No'] : [];
      const done = await copy.runWith(env, 'owners', action, change.id, ...there, ...args, '--json');
      assert.equal(
        JSON.parse(done.stdout).state,
        action === 'reject' ? 'rejected' : 'cancelled',
        done.stderr,
      );
      const again = await copy.run('owners', 'cancel', change.id, ...there);
      assert.equal(again.code, 1);
      assert.match(again.stderr, action === 'reject' ? /already rejected/ : /already canceled/);
    }
    const none = await copy.run('owners', 'show', ...there, '--waiting');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /There is no pending change of the owners of production/);
    assert.equal((await copy.runWith(lee, 'owners', 'reject', '9', ...there)).code, 2);
  });

  it('reports invalid owners by line, and changes nothing', async () => {
    const wrong = await set('* dana\n!x dana\nsupport/**\n');
    assert.equal(wrong.code, 3);
    assert.match(wrong.stderr, /^OWNERS:2: "!x" is not a pattern.*\nOWNERS:3: "support\/\*\*" has no owner/m);
    const locked = await set('* dana\nsupport/** nobody\n');
    assert.equal(locked.code, 3);
    assert.match(
      locked.stderr,
      /^OWNERS:2: No one could approve what "support\/\*\*" matches: nobody has no valid key/m,
    );
    assert.equal((await set(new Uint8Array([0xff, 0xfe, 0x20]))).code, 3);
    assert.equal((await set('#'.repeat(200_000))).code, 3);
    const missing = await copy.run('owners', 'set', 'NOTHING', ...there, '--reason', 'x');
    assert.equal(missing.code, 4);
    const { waiting, current } = JSON.parse((await copy.run('owners', 'show', ...there, '--json')).stdout);
    assert.deepEqual([waiting, current], [null, null]);
  });

  it('requires an admin key of the environment', async () => {
    await writeFile(join(copy.root, 'OWNERS'), '* dana');
    const refused = await copy.runWith(lee, 'owners', 'set', 'OWNERS', ...there, '--reason', 'x');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /"admin"/);
  });
});
