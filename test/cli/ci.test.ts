import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { originInCi, readGitHubEvent } from '../../src/cli/working/ci.ts';
import { newOrigin } from '../../src/contract/origin.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const SHA = '5f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b';
const HEAD = 'c0ffee7c0ffee7c0ffee7c0ffee7c0ffee7c0ffe';
const GITLAB = {
  ...{ GITLAB_CI: 'true', CI_COMMIT_SHA: SHA, CI_COMMIT_AUTHOR: 'Ada Byron <ada@example.com>' },
  ...{ CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example.com/g/p', CI_MERGE_REQUEST_IID: '7' },
  CI_PROJECT_URL: 'https://gitlab.example.com/g/p',
};
const GITHUB = {
  ...{ GITHUB_ACTIONS: 'true', GITHUB_SHA: SHA, GITHUB_REF: 'refs/heads/main', GITHUB_ACTOR: 'octocat' },
  ...{ GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'o/r' },
};

describe('the origin of a publication', () => {
  it('has commit, author without their address, and merge request in GitLab CI', () => {
    assert.deepEqual(originInCi(GITLAB), {
      author: 'Ada Byron',
      commit: SHA,
      pullRequest: 'https://gitlab.example.com/g/p/-/merge_requests/7',
      repository: 'https://gitlab.example.com/g/p',
    });
    assert.deepEqual(originInCi({ GITLAB_CI: 'true', CI_COMMIT_SHA: SHA }), { commit: SHA });
  });

  it('has commit, actor, repository and pull request in GitHub Actions', () => {
    const origin = { author: 'octocat', commit: SHA, repository: 'https://github.com/o/r' };
    assert.deepEqual(originInCi(GITHUB), origin);
    assert.deepEqual(originInCi({ ...GITHUB, GITHUB_REF: 'refs/pull/3/merge' }), {
      ...origin,
      pullRequest: 'https://github.com/o/r/pull/3',
    });
  });

  it('is undefined outside of CI, whatever variables are set', () => {
    assert.equal(originInCi({ ...GITLAB, ...GITHUB, GITLAB_CI: '', GITHUB_ACTIONS: '' }), undefined);
    assert.equal(originInCi({ GITHUB_ACTIONS: 'true' }), undefined);
  });

  it('has the commit of a pull request, not the merge commit that the job checks out', () => {
    const event = { pull_request: { number: 3, head: { sha: HEAD } } };
    assert.equal(originInCi({ ...GITHUB, GITHUB_REF: 'refs/pull/3/merge' }, event)?.commit, HEAD);
    assert.equal(originInCi({ ...GITLAB, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: HEAD })?.commit, HEAD);
  });

  it('has the pull request that a commit on a branch came from', () => {
    const of = (message: unknown) => originInCi(GITHUB, { head_commit: { message } })?.pullRequest;
    for (const message of ['Merge pull request #12 from o/branch\n\nName fees', 'Name fees (#12)'])
      assert.equal(of(message), 'https://github.com/o/r/pull/12');
    for (const message of ['Name fees (#12) again', 'x\n(#12)', 7, null, undefined])
      assert.equal(of(message), undefined);
    const { CI_MERGE_REQUEST_IID: _, CI_MERGE_REQUEST_PROJECT_URL: __, ...gitlab } = GITLAB;
    const CI_COMMIT_MESSAGE = "Merge branch 'fees' into 'main'\n\nName fees\n\nSee merge request g/p!7";
    assert.equal(
      originInCi({ ...gitlab, CI_COMMIT_MESSAGE })?.pullRequest,
      'https://gitlab.example.com/g/p/-/merge_requests/7',
    );
  });

  it('is read from the event file, without an error if that is invalid', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'event.json');
    const variables = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: path };
    for (const text of ['', '[', '7', 'null']) {
      await writeFile(path, text);
      assert.equal(await readGitHubEvent(variables), undefined, text);
    }
    assert.equal(await readGitHubEvent({ ...variables, GITHUB_EVENT_PATH: `${path}.not` }), undefined);
    await writeFile(path, '{"head_commit": {"message": "x"}}');
    assert.deepEqual(await readGitHubEvent(variables), { head_commit: { message: 'x' } });
    assert.equal(await readGitHubEvent({ GITHUB_EVENT_PATH: path }), undefined);
  });

  it('leaves out values that the registry would refuse, so that publishing does not fail', () => {
    const kept = { author: 'octo cat', repository: 'https://github.com/o/r' };
    assert.deepEqual(originInCi({ ...GITHUB, GITHUB_SHA: 'main', GITHUB_ACTOR: 'octo\n\u202ecat' }), kept);
    const server = {
      ...GITHUB,
      GITHUB_REF: 'refs/pull/3/merge',
      GITHUB_SERVER_URL: 'https://u:p@github.com',
    };
    assert.deepEqual(originInCi(server), { author: 'octocat', commit: SHA });
  });

  it('is always accepted by the registry, whatever the variables contain', () => {
    const hostile = fc.oneof(fc.string({ unit: 'binary', maxLength: 900 }), fc.webUrl(), fc.constant(SHA));
    const names = [...Object.keys(GITHUB), ...Object.keys(GITLAB)].filter(
      name => !/_ACTIONS|_CI$/.test(name),
    );
    const variables = fc.record(Object.fromEntries(names.map(name => [name, hostile])), { requiredKeys: [] });
    fc.assert(
      fc.property(variables, fc.constantFrom('GITHUB_ACTIONS', 'GITLAB_CI'), (given, ci) => {
        const origin = originInCi({ ...given, [ci]: 'true' });
        if (origin !== undefined) assert.deepEqual(newOrigin.parse(origin), origin);
      }),
    );
  });
});
