/** `promote --release` and `status --live`, by the real command and a registry that serves. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { liveStates } from '../../src/cli/working/drift.ts';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import type { PromptName } from '../../src/core/name.ts';
import { aRegistry, type Json, type RegistryForTest } from '../registry/a-registry.ts';
import { aWorkingCopy, type WorkingCopyForTest } from './a-working-copy.ts';

describe('a release from the command line', () => {
  let registry: RegistryForTest;
  let copy: WorkingCopyForTest;
  beforeEach(async () => {
    registry = await aRegistry({ environments: defaultEnvironments(1) });
    copy = await aWorkingCopy(registry.url, {
      PROMPTFORGE_KEY_DEVELOPMENT: await registry.key('development', 'approver', 'ci'),
      PROMPTFORGE_KEY_STAGING: await registry.key('staging', 'approver', 'ci'),
      PROMPTFORGE_KEY_PRODUCTION: await registry.key('production', 'approver', 'ci'),
    });
  });
  afterEach(async () => {
    await copy[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });
  const release = (file: string, to: string, ...args: string[]) =>
    copy.run('promote', '--release', file, '--to', to, '--reason', 'Release 12', ...args);
  const outcomes = ({ stdout }: { stdout: string }) =>
    JSON.parse(stdout).results.map(({ name, outcome }: Json) => [name, outcome]);

  it('promotes the versions in the lock file without partials, and reports drift before and after', async () => {
    await registry.publish('a', 'One', null);
    await registry.publish('_part', 'Part', null);
    await registry.publish('b', '{{> part}}', null);
    assert.equal((await copy.run('pull')).code, 0);
    const before = await copy.run('status', '--live', 'staging', '--check');
    assert.equal(before.code, 5);
    assert.match(before.stdout, /^STATE +PROMPT +LOCK FILE +LIVE\nnot live +a +1 +–\nnot live +b +1 +–\n$/);

    const first = await release('promptforge.lock.json', 'staging');
    assert.deepEqual(
      [first.code, first.stdout],
      [0, 'a@1 is live on stable of staging.\nb@1 is live on stable of staging.\n'],
      first.stderr,
    );
    const again = await release('promptforge.lock.json', 'staging', '--json');
    assert.deepEqual(
      [again.code, outcomes(again)],
      [
        0,
        [
          ['a', 'already_live'],
          ['b', 'already_live'],
        ],
      ],
    );
    const live = await copy.run('status', '--live', 'staging', '--check');
    assert.deepEqual(
      [live.code, live.stdout],
      [0, 'promptforge.lock.json matches what is live on stable of staging: 2 prompts.\n'],
    );
    await registry.publish('a', 'Two', 1);
    await registry.promote('a', 2, 'staging');
    await registry.publish('c', 'Three', null);
    await registry.promote('c', 1, 'staging');
    const drifted = await copy.run('status', '--live', 'staging', '--check', '--json');
    assert.equal(drifted.code, 5);
    assert.deepEqual(JSON.parse(drifted.stdout).prompts, [
      { name: 'a', state: 'newer', base: 1, live: 2 },
      { name: 'b', state: 'live', base: 1, live: 1 },
      { name: 'c', state: 'only live', base: null, live: 1 },
    ]);
    const nonsuch = await copy.run('status', '--live', 'stagin');
    assert.equal(nonsuch.code, 1);
    assert.match(
      nonsuch.stderr,
      /no environment "stagin"\. Did you mean "staging"\? There are: development, staging, production/,
    );
  });

  it('promotes no text that differs from the lock file, such as after a restored backup', async () => {
    await registry.publish('a', 'One', null);
    await registry.publish('b', 'One', null);
    await registry.publish('c', 'One', null);
    assert.equal((await copy.run('pull')).code, 0);
    await registry.publish('b', 'Two', 1);
    const file = join(copy.root, 'promptforge.lock.json');
    const lock = JSON.parse(await readFile(file, 'utf8'));
    for (const name of ['a', 'b']) lock.prompts[name].digest = `sha256:${'0'.repeat(64)}`;
    await writeFile(file, JSON.stringify(lock));
    const refused = await release('promptforge.lock.json', 'staging', '--json');
    assert.deepEqual(
      [refused.code, JSON.parse(refused.stdout).results.map(({ name, code }: Json) => [name, code])],
      [
        1,
        [
          ['a', 'other_text'],
          ['b', 'other_text'],
          ['c', null],
        ],
      ],
    );
    const told = await release('promptforge.lock.json', 'staging');
    assert.match(told.stderr, /a@1: The registry has another text under a@1 than the release names/);
    const live = JSON.parse((await copy.run('status', '--live', 'staging', '--json')).stdout);
    assert.deepEqual(
      live.prompts.map(({ name, state }: Json) => [name, state]),
      [
        ['a', 'not live'],
        ['b', 'not live'],
        ['c', 'live'],
      ],
    );
  });

  it('continues after a refused promotion, and requests all before it waits', async () => {
    for (const name of ['a', 'b', 'gone']) await registry.publish(name, 'One', null);
    await registry.promote('a', 1, 'staging');
    await registry.promote('b', 1, 'staging');
    await registry.call('POST', '/v1/prompts/gone/-/archive', {});
    await writeFile(
      join(copy.root, 'release.txt'),
      '# Release 12\r\na@1\nnonsuch@3 # later\n\nb@1\ngone@1\n',
    );
    const asked = await release('release.txt', 'production', '--wait', '1s', '--json');
    assert.equal(asked.code, 1, asked.stderr);
    assert.deepEqual(outcomes(asked), [
      ['a', 'pending'],
      ['nonsuch', 'refused'],
      ['b', 'pending'],
      ['gone', 'archived'],
    ]);
    assert.match(asked.stderr, /1 of 4 failed\. Run the command again/);
    await writeFile(join(copy.root, 'release.txt'), 'a@1\nb@1\n');
    const waiting = await release('release.txt', 'production', '--wait', '1s');
    assert.equal(waiting.code, 6, waiting.stderr);
    assert.match(waiting.stdout, /^a@1 is not live .* needs one more approval\.\nb@1 is not live/);
    const { data } = (await registry.call('GET', '/v1/promotions?environment=production')).json;
    assert.equal(data.length, 2, 'each is asked for once');
    for (const { id } of data)
      await registry.call('POST', `/v1/promotions/${id}/approve`, {}, { as: 'production approver tomas' });
    assert.equal((await release('release.txt', 'production', '--wait', '1s')).code, 0);
  });

  it('goes live completely or not at all with --atomic', async () => {
    for (const name of ['a', 'b', 'c']) {
      await registry.publish(name, 'One', null);
      await registry.promote(name, 1, 'staging');
    }
    await registry.publish('b', 'Two', 1);
    await writeFile(join(copy.root, 'release.txt'), 'a@1\nb@2\nc@1\n');
    const refused = await release('release.txt', 'production', '--atomic', '--json');
    assert.equal(refused.code, 1, refused.stderr);
    assert.deepEqual(outcomes(refused), [
      ['a', 'not_tried'],
      ['b', 'refused'],
      ['c', 'not_tried'],
    ]);
    assert.match(refused.stderr, /3 of 3 failed/);
    const told = await release('release.txt', 'production', '--atomic');
    assert.match(told.stderr, /a@1: It was not tried\..*b@2 was never stable in staging/s);
    await registry.promote('b', 2, 'staging');
    const asked = await release('release.txt', 'production', '--atomic', '--json');
    assert.equal(asked.code, 0, asked.stderr);
    const [id] = JSON.parse(asked.stdout).releases;
    const again = await release('release.txt', 'production', '--atomic', '--json');
    assert.deepEqual(
      [again.code, JSON.parse(again.stdout).releases, outcomes(again)],
      [
        0,
        [],
        [
          ['a', 'pending'],
          ['b', 'pending'],
          ['c', 'pending'],
        ],
      ],
      'what was asked for is not asked for again',
    );
    const as = { as: 'production approver tomas' };
    const approved = await registry.call('POST', `/v1/releases/${id}/approve`, {}, as);
    assert.equal(approved.status, 200, approved.text);
    assert.deepEqual(outcomes(await release('release.txt', 'production', '--atomic', '--json')), [
      ['a', 'already_live'],
      ['b', 'already_live'],
      ['c', 'already_live'],
    ]);
    const many = Array.from({ length: 201 }, (_, index) => `many/${index}@1`);
    await writeFile(join(copy.root, 'many.txt'), many.join('\n'));
    const tooMany = await release('many.txt', 'production', '--atomic');
    assert.deepEqual([tooMany.code, /at most 200 prompts, and 201/.test(tooMany.stderr)], [3, true]);
    const alone = await copy.run('promote', 'a@1', '--to', 'staging', '--reason', 'x', '--atomic');
    assert.equal(alone.code, 2, alone.stderr);
  });

  it('is listed, shown, approved, rejected, canceled and rolled back', async () => {
    for (const name of ['a', 'b']) {
      await registry.publish(name, 'One', null);
      await registry.publish(name, 'Two', 1);
    }
    const to = 'development';
    await writeFile(join(copy.root, 'one.txt'), 'a@1\n');
    await writeFile(join(copy.root, 'two.txt'), 'a@2\nb@2\n');
    assert.equal((await release('one.txt', to)).code, 0);
    const done = await release('two.txt', to, '--atomic', '--json');
    const [id] = JSON.parse(done.stdout).releases;
    assert.match(done.stderr, new RegExp(`Release ${id}: run "promptforge release show ${id}"`));
    const shown = await copy.run('release', 'show', id);
    assert.match(shown.stdout, /^Release \d+ to stable of development: 2 applied\. It goes live as a whole/);
    assert.match(shown.stdout, /\na +2 +1 +applied +0 of 0 +–\nb +2 +– +applied/);
    const listed = await copy.run('releases', '--environment', to);
    assert.match(
      listed.stdout,
      /^RELEASE .*\n\d+ +development\/stable +as a whole +2 applied .*Release 12\n/,
    );
    assert.equal(JSON.parse((await copy.run('releases', '--json', '--limit', '1')).stdout)[0].id, id);

    const unasked = await copy.run('release', 'roll-back', id, '--reason', 'Wrong');
    assert.deepEqual([unasked.code, /add --yes/.test(unasked.stderr)], [2, true], unasked.stderr);
    const back = await copy.run('release', 'roll-back', id, '--reason', 'Wrong', '--yes', '--json');
    assert.equal(back.code, 0, back.stderr);
    assert.match(back.stderr, /b is unchanged: nothing was live before the release/);
    const { release: own } = JSON.parse(back.stdout);
    assert.deepEqual(
      own.promotions.map(({ prompt, version, rollback }: Json) => [prompt, version, rollback]),
      [['a', 1, true]],
    );
    const twice = await copy.run('release', 'roll-back', id, '--reason', 'Wrong', '--yes');
    assert.deepEqual([twice.code, /a is unchanged: a@1 is now live/.test(twice.stderr)], [1, true]);

    for (const name of ['a', 'b']) await registry.promote(name, 1, 'staging');
    await writeFile(join(copy.root, 'three.txt'), 'a@1\nb@1\n');
    const ask = async () => {
      const asked = await release('three.txt', 'production', '--atomic', '--json');
      return JSON.parse(asked.stdout).releases[0];
    };
    const first = await ask();
    const own2 = await copy.run('release', 'approve', first);
    assert.equal(own2.code, 1);
    assert.match(own2.stderr, /a@1: You requested this promotion.*Nothing of the release was changed/s);
    const canceled = await copy.run('release', 'cancel', first, '--comment', 'Later\u001b[2J');
    assert.deepEqual(
      [canceled.code, /: \d canceled\..* canceled .*Later\\u001b\[2J/s.test(canceled.stdout)],
      [0, true],
    );
    const second = await ask();
    assert.equal((await copy.run('release', 'reject', second)).code, 2, 'a rejection says why');
    const rejected = await copy.run('release', 'reject', second, '--comment', 'No', '--json');
    assert.equal(JSON.parse(rejected.stdout).release.state, 'rejected', rejected.stderr);
    assert.equal((await copy.run('release', 'show', '999999')).code, 1);
    assert.equal((await copy.run('release', 'show', 'x')).code, 2);
  });

  it('does not roll back by default, as when the job of an older commit runs again', async () => {
    await registry.publish('a', 'One', null);
    await registry.publish('a', 'Two', 1);
    await registry.promote('a', 2, 'staging');
    await writeFile(join(copy.root, 'release.txt'), 'a@1\n');
    const refused = await release('release.txt', 'staging');
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /a@1: Version 2 is live on stable of staging, which is newer.*--allow-older/,
    );
    const back = await release('release.txt', 'staging', '--allow-older');
    assert.deepEqual([back.code, back.stdout], [0, 'a@1 is live on stable of staging.\n'], back.stderr);
  });

  it('refuses a file without valid versions, with the position', async () => {
    const cases: [string, RegExp, number][] = [
      ['a@1\nsupport/triage\n', /release:2: .*support\/triage/, 3],
      ['a@1\na@2\n', /release:2: a is already listed above with version 1/, 3],
      ['# nothing\n', /release contains no version/, 3],
      ['{"lockVersion": 1, "prompts": {"a": {"version": 0}}}', /promptforge\.lock\.json:1:/, 3],
      ['a@1\u001b[2J\n', /release:1: /, 3],
    ];
    for (const [text, says, code] of cases) {
      await writeFile(join(copy.root, 'release'), text);
      const refused = await release('release', 'staging');
      assert.equal(refused.code, code, refused.stderr);
      assert.match(refused.stderr, says);
      assert.ok(!refused.stderr.includes('\u001b'));
    }
    assert.equal((await release('nowhere', 'staging')).code, 4);
    const endless = await release('/dev/zero', 'staging');
    assert.deepEqual([endless.code, /at most 16 MiB/.test(endless.stderr)], [3, true], endless.stderr);
    const neither = await copy.run('promote', '--to', 'staging', '--reason', 'x');
    assert.equal(neither.code, 2);
    const both = await copy.run('promote', 'a', '--release', 'release', '--to', 'staging', '--reason', 'x');
    assert.equal(both.code, 2);
  });

  it('reports drift exactly for prompts whose live version differs from the lock file', () => {
    const version = fc.option(fc.integer({ min: 1, max: 3 }), { nil: null });
    const environment = parseEnvironmentName('staging');
    fc.assert(
      fc.property(fc.array(fc.record({ base: version, live: version }), { maxLength: 6 }), all => {
        const lock = new Map();
        const prompts = all.map(({ base, live }, index) => {
          const name = `p${index}` as PromptName;
          if (base !== null) lock.set(name, { version: base, digest: 'sha256:' });
          const pointers = live === null ? [] : [{ environment, channel: 'stable', version: live }];
          return { name, archived: false, pointers } as never;
        });
        const drifted = liveStates(lock, prompts, environment, 'stable' as never).filter(
          ({ state }) => state !== 'live',
        );
        assert.deepEqual(
          drifted.map(({ name }) => name),
          all.flatMap(({ base, live }, index) => (base === live ? [] : [`p${index}`])),
        );
      }),
    );
  });
});
