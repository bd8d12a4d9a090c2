/** `promote`, `rollback`, `log` and `show`, by the real command and a registry that serves. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { aRegistry, type Json, type RegistryForTest } from '../registry/a-registry.ts';
import { aWorkingCopy, type WorkingCopyForTest } from './a-working-copy.ts';
import { start } from './promptforge.ts';

describe('the commands promote and rollback', () => {
  let registry: RegistryForTest;
  let copy: WorkingCopyForTest;
  let keys: Record<string, string>;
  before(async () => {
    registry = await aRegistry({ environments: defaultEnvironments(1) });
    keys = {
      PROMPTFORGE_KEY_DEVELOPMENT: await registry.key('development', 'approver', 'ci'),
      PROMPTFORGE_KEY_STAGING: await registry.key('staging', 'approver', 'ci'),
      PROMPTFORGE_KEY_PRODUCTION: await registry.key('production', 'approver', 'ci'),
    };
    copy = await aWorkingCopy(registry.url, keys);
  });
  after(async () => {
    await copy[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  const publish = async (prompt: string, count: number) => {
    for (let version = 1; version <= count; version++)
      await registry.publish(prompt, `${prompt} ${version}\n`, version === 1 ? null : version - 1);
  };
  const promotions = async (prompt: string): Promise<Json[]> =>
    (await registry.call('GET', `/v1/promotions?prompt=${prompt}`)).json.data;
  const why = ['--reason', 'For the test'];

  it('promote and roll back, and may run twice', async () => {
    await publish('direct', 3);
    const one = await copy.run('promote', 'direct@1', '--to', 'development', ...why);
    assert.deepEqual([one.code, one.stdout], [0, 'direct@1 is live on stable of development.\n'], one.stderr);
    const again = await copy.run('promote', 'direct@1', '--to', 'development', ...why, '--json');
    assert.deepEqual(
      [again.code, JSON.parse(again.stdout)],
      [0, { outcome: 'already_live', promotion: null }],
    );
    const first = await copy.run('rollback', 'direct', '--in', 'development', ...why);
    assert.deepEqual([first.code, first.stdout], [1, '']);
    assert.match(first.stderr, /No other version of direct was live/);
    const newest = await copy.run('promote', 'direct', '--to', 'development', ...why);
    assert.equal(newest.stdout, 'direct@3 is live on stable of development.\n');

    const never = await copy.run('rollback', 'direct', '--in', 'development', '--to', '2', ...why);
    assert.equal(never.code, 1);
    assert.match(never.stderr, /Version 2 of direct was never live/);
    const back = await copy.run('rollback', 'direct', '--in', 'development', ...why, '--json');
    const { outcome, promotion } = JSON.parse(back.stdout);
    assert.deepEqual([back.code, outcome, promotion.version, promotion.rollback], [0, 'applied', 1, true]);
    const nothing = await copy.run('rollback', 'direct', '--in', 'development', ...why);
    assert.equal(nothing.code, 1);
    assert.match(nothing.stderr, /Every other version of direct .* was rolled back\. .* --to 3,/);

    const noReason = await copy.run('promote', 'direct', '--to', 'development');
    assert.equal(noReason.code, 2);
    const skipped = await copy.run('promote', 'direct', '--to', 'production', ...why);
    assert.equal(skipped.code, 1);
    assert.match(skipped.stderr, /not live in staging.*Promote it there first/);
  });

  it('report an unknown environment, rather than a missing key for it', async () => {
    await publish('misspelt', 1);
    const there =
      /There is no environment "develpoment"\. Did you mean "development"\? There are: development,/;
    const promoted = await copy.runApart({}, 'promote', 'misspelt', '--to', 'develpoment', ...why);
    assert.deepEqual([promoted.code, promoted.stdout], [1, '']);
    assert.match(promoted.stderr, there);
    const back = await copy.runApart({}, 'rollback', 'misspelt', '--in', 'develpoment', ...why);
    assert.equal(back.code, 1);
    assert.match(back.stderr, there);
    const status = await copy.runApart({}, 'status', '--live', 'develpoment');
    assert.match(status.stderr, there);
  });

  it('create no channel because of a typo', async () => {
    await publish('canary', 1);
    const to = ['--to', 'development', ...why, '--channel'];
    await writeFile(join(copy.root, 'canary.txt'), 'canary@1\n');
    for (const what of [['canary@1'], ['--release', 'canary.txt']]) {
      const { code, stdout, stderr } = await copy.run('promote', ...what, ...to, 'stabel');
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /There is no channel "stabel"\. Did you mean "stable"\?/);
    }
    assert.deepEqual(await promotions('canary'), []);
    const created = await copy.run('promote', 'canary@1', ...to, 'canary');
    assert.equal(created.stdout, 'canary@1 is live on canary of development.\n', created.stderr);
    const other = await copy.run('promote', 'canary@1', ...to, 'canery');
    assert.match(other.stderr, /There is no channel "canery"\. Did you mean "canary"\?/);
  });

  it('request an approval once, and wait for it', async () => {
    await publish('asked', 2);
    await registry.promote('asked', 2, 'staging');
    const args = ['promote', 'asked', '--to', 'production', ...why];
    const asked = await copy.run(...args);
    assert.equal(asked.code, 0);
    assert.match(
      asked.stdout,
      /asked@2 is not live on stable of production: promotion \d+ needs one more approval/,
    );
    const impatient = await copy.run(...args, '--wait', '1s');
    assert.equal(impatient.code, 6);
    assert.match(impatient.stderr, /already requests this.*still pending/s);
    const [promotion, ...others] = (await promotions('asked')).filter(
      each => each.environment === 'production',
    );
    assert.deepEqual([promotion.state, others], ['pending', []]);

    const waiting = start([...args, '--wait', '5m', '--json'], { cwd: copy.root, env: keys });
    waiting.stdout.setEncoding('utf8').on('data', text => (told += text));
    waiting.stderr.setEncoding('utf8').on('data', text => (said += text));
    let told = '';
    let said = '';
    while (!said.includes('Waiting: ')) await once(waiting.stderr, 'data');
    const approve = `/v1/promotions/${promotion.id}/approve`;
    const approved = await registry.call('POST', approve, {}, { as: 'production approver tomas' });
    assert.equal(approved.status, 200, approved.text);
    const [code] = await once(waiting, 'close');
    assert.deepEqual([code, JSON.parse(told).outcome], [0, 'applied']);
  });

  it('report that an older request still needs approval after the policy changed', async () => {
    await using lowered = await aRegistry({ environments: defaultEnvironments(1) });
    const own = { PROMPTFORGE_KEY_PRODUCTION: await lowered.key('production', 'approver', 'ci') };
    await using there = await aWorkingCopy(lowered.url, own);
    await lowered.publish('p', 'text', null);
    await lowered.promote('p', 1, 'staging');
    const args = ['promote', 'p', '--to', 'production', ...why];
    assert.match((await there.run(...args)).stdout, /promotion \d+ needs one more approval/);
    const { data } = (await lowered.call('GET', '/v1/environments')).json;
    const { policy } = data.find((each: Json) => each.name === 'production');
    const as = { as: 'production admin' };
    await lowered.call('PUT', '/v1/environments/production', { ...policy, approvals: 0 }, as);
    const again = await there.run(...args);
    assert.match(again.stdout, /promotion \d+ needs one more approval/);
    const [{ id }] = (await lowered.call('GET', '/v1/promotions?prompt=p&state=pending')).json.data;
    const approver = { as: 'production approver tomas' };
    const approved = await lowered.call('POST', `/v1/promotions/${id}/approve`, {}, approver);
    assert.equal(approved.json.state, 'applied');
  });

  it('fail if the request is rejected, and find an existing plan', async () => {
    await publish('rejected', 1);
    await registry.promote('rejected', 1, 'staging');
    const args = ['promote', 'rejected', '--to', 'production', ...why, '--wait', '5m'];
    const waiting = start(args, { cwd: copy.root, env: keys });
    let said = '';
    waiting.stderr.setEncoding('utf8').on('data', text => (said += text));
    waiting.stdout.resume();
    while (!said.includes('Waiting: ')) await once(waiting.stderr, 'data');
    const [{ id }] = (await promotions('rejected')).filter(each => each.environment === 'production');
    const comment = 'Not yet\u001b[2J';
    await registry.call(
      'POST',
      `/v1/promotions/${id}/reject`,
      { comment },
      { as: 'production approver tomas' },
    );
    const [code] = await once(waiting, 'close');
    assert.equal(code, 1);
    assert.match(said, /was rejected by tomas: Not yet\\u001b\[2J/);

    const at = new Date(Date.now() + 3_600_000).toISOString();
    const plan = ['promote', 'rejected@1', '--to', 'development', '--at', at, ...why, '--json'];
    for (let times = 0; times < 2; times++) {
      const planned = await copy.run(...plan);
      const { outcome, promotion } = JSON.parse(planned.stdout);
      assert.deepEqual([planned.code, outcome, promotion.effectiveAt], [0, 'planned', at]);
    }
    const planned = (await promotions('rejected')).filter(each => each.environment === 'development');
    assert.equal(planned.length, 1);
  });

  it('name the environment that needs a key', async () => {
    const none = await copy.runApart(
      { PROMPTFORGE_KEY_PRODUCTION: '' },
      'rollback',
      'p',
      '--in',
      'production',
      ...why,
    );
    assert.equal(none.code, 1);
    assert.match(none.stderr, /no key for production.*PROMPTFORGE_KEY_PRODUCTION/);
  });

  it('list each version on one line, and print a source unchanged', async () => {
    const source = 'Text\u001b[31m\r\nwithout an end';
    const path = '/v1/prompts/support/hostile/-/versions';
    const hostile = { source, message: 'Why\u001b[2J\nmore', base: null };
    await registry.call('POST', path, hostile);
    await registry.publish('support/hostile', 'Two', 1);
    await registry.promote('support/hostile', 1, 'development');
    const log = await copy.run('log', 'support/hostile');
    const lines = log.stdout.trimEnd().split('\n');
    assert.equal(lines.length, 3, log.stderr);
    assert.match(lines[2] ?? '', /^1 .* development +Why\\u001b\[2J$/);
    const listed = JSON.parse((await copy.run('log', 'support/hostile', '--limit', '1', '--json')).stdout);
    assert.deepEqual([listed.length, listed[0].version, listed[0].pointers], [1, 2, []]);
    assert.equal((await copy.run('show', 'support/hostile@1')).stdout, source);
    assert.equal((await copy.run('show', 'support/hostile')).stdout, 'Two');
    const missing = await copy.run('show', 'support/hostile@3');
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /no version 3/);
    assert.equal((await copy.run('show', 'support/hostile@x')).code, 2);
  });
});
