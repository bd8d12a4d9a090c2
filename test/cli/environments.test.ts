/** `promptforge environments` on a real data folder. */
import assert from 'node:assert/strict';
import { environment, environmentList } from '../../src/contract/environments.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { inProcess } from './in-process.ts';
import { promptforge } from './promptforge.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('promptforge environments', () => {
  const inFolder = temporaryFolder();
  let data: string;
  let next = 0;
  beforeEach(async () => {
    data = inFolder(`data-${next++}`);
    const key = ['--environment', 'development', '--role', 'admin', '--actor', 'mara', '--data', data];
    await inProcess(['keys', 'create', ...key]);
  });
  const listed = async () => {
    const { stdout } = await inProcess(['environments', 'list', '--json', '--data', data]);
    return environmentList.strict().parse(JSON.parse(stdout)).data;
  };
  const set = (...args: string[]) => inProcess(['environments', 'set', ...args, '--data', data]);

  it('list shows the default environments', async () => {
    assert.deepEqual(await listed(), defaultEnvironments(1));
    const { code, stdout, stderr } = await inProcess(['environments', 'list', '--data', data]);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.equal(
      stdout,
      [
        'NAME         SERVES         PINS      PUBLISHES  PROMOTE FROM  APPROVALS  ROLLBACK NEEDS APPROVAL  AUTHORS MAY APPROVE  AUTHORS READ DRAFTS',
        'development  latest,stable  any       yes        none          0          no                       no                   yes',
        'staging      latest,stable  any       no         none          0          no                       no                   yes',
        'production   stable         released  no         staging       1          no                       no                   no',
        '',
      ].join('\n'),
    );
  });

  it('set changes only the given options, and prints the result', async () => {
    const { code, stdout } = await set('production', '--approvals', '2', '--json');
    assert.equal(code, 0);
    const [development, staging, production] = defaultEnvironments(1);
    assert(production);
    const expected = { ...production, policy: { ...production.policy, approvals: 2 } };
    assert.deepEqual(environment.strict().parse(JSON.parse(stdout)), expected);
    assert.deepEqual(await listed(), [development, staging, expected]);
  });

  it('set --authors-read-drafts lets authors read drafts, and must be true if every key is served drafts', async () => {
    assert.match((await set('production', '--authors-read-drafts', 'true')).stdout, / yes$/m);
    assert.match((await set('production', '--authors-read-drafts', 'false')).stdout, / no$/m);
    assert.match((await set('production', '--pins', 'any')).stdout, / any .* yes$/m);
    const { code, stderr } = await set('production', '--authors-read-drafts', 'false');
    assert.equal(code, 1);
    assert.match(stderr, /"authorsReadDrafts" cannot be false in production/);
  });

  it('set changes every field of a policy', async () => {
    const { code, stdout } = await set(
      ...['staging', '--serves', 'latest,stable,canary', '--pins', 'released', '--publishes', 'true'],
      ...['--promote-from', 'development', '--approvals', '3', '--rollback-needs-approval', 'true'],
      ...['--authors-may-approve', 'true'],
    );
    assert.equal(code, 0);
    assert.match(stdout, /^staging +latest,stable,canary +released +yes +development +3 +yes +yes +yes$/m);
    assert.deepEqual((await listed())[1]?.policy, {
      serves: ['latest', 'stable', 'canary'],
      pins: 'released',
      publishes: true,
      promoteFrom: 'development',
      approvals: 3,
      rollbackNeedsApproval: true,
      authorsMayApprove: true,
      authorsReadDrafts: true,
    });
  });

  it('set --promote-from none removes the condition', async () => {
    await set('production', '--promote-from', 'none', '--approvals', '0');
    assert.equal((await listed())[2]?.policy.promoteFrom, null);
    assert.equal((await listed())[2]?.policy.approvals, 0);
  });

  it('two sets at the same time both succeed', async () => {
    const apart = (...args: string[]) =>
      promptforge(['environments', 'set', 'production', ...args, '--data', data]);
    const [one, other] = await Promise.all([
      apart('--approvals', '4'),
      apart('--rollback-needs-approval', 'true'),
    ]);
    assert.deepEqual([one.code, other.code], [0, 0]);
    const policy = (await listed())[2]?.policy;
    assert.equal(policy?.approvals, 4);
    assert.equal(policy?.rollbackNeedsApproval, true);
  });

  it('set refuses an unknown name, so that a typo adds no environment', async () => {
    const { code, stdout, stderr } = await set('prodution', '--approvals', '2');
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /"prodution"; there are development, staging, production\. Did you mean "production"\? .*--add/,
    );
    assert.equal((await listed()).length, 3);
  });

  it('set --serves refuses an unknown channel whose name is similar to a known one', async () => {
    for (const [given, meant] of [
      ['latst', 'latest'],
      ['stable,satble', 'stable'],
    ] as const) {
      const { code, stdout, stderr } = await set('production', '--serves', given);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, new RegExp(`Did you mean "${meant}"\\? .*--new-channels`));
    }
    assert.deepEqual(await listed(), defaultEnvironments(1));
    assert.equal((await set('staging', '--serves', 'stable,canary')).code, 0);
    assert.match((await set('production', '--serves', 'canery')).stderr, /Did you mean "canary"\?/);
    // What another environment serves is there.
    assert.equal((await set('production', '--serves', 'canary')).code, 0);
    assert.equal((await set('production', '--serves', 'canary2', '--new-channels')).code, 0);
    assert.equal((await set('staging', '--serves', 'canary,canary2')).code, 0);
  });

  it('set --promote-from suggests the environment that was probably meant', async () => {
    const { code, stderr } = await set('production', '--promote-from', 'stagin');
    assert.equal(code, 1);
    assert.match(stderr, /There is no environment "stagin"\. Did you mean "staging"\?/);
  });

  it('set --add creates a strict environment after the others', async () => {
    const { code } = await set('eu-production', '--add', '--promote-from', 'staging');
    assert.equal(code, 0);
    assert.deepEqual((await listed())[3], {
      name: 'eu-production',
      policy: {
        serves: ['stable'],
        pins: 'released',
        publishes: false,
        promoteFrom: 'staging',
        approvals: 0,
        rollbackNeedsApproval: false,
        authorsMayApprove: false,
        authorsReadDrafts: false,
      },
    });
  });

  it('set refuses environments that promote from each other in a circle', async () => {
    const { code, stderr } = await set('staging', '--promote-from', 'production');
    assert.equal(code, 1);
    assert.match(stderr, /in a circle: staging → production → staging/);
    assert.deepEqual(await listed(), defaultEnvironments(1));
  });

  it('list and set do not create a missing data folder', async () => {
    for (const args of [['list'], ['set', 'production', '--approvals', '1']]) {
      const { code, stderr } = await inProcess(['environments', ...args, '--data', inFolder('absent')]);
      assert.equal(code, 4);
      assert.match(stderr, /^promptforge: There is no registry at/);
    }
  });
});
