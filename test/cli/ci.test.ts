import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { readGitHubEvent, withOrigin } from '../../src/cli/working/ci.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const GITLAB = {
  ...{ GITLAB_CI: 'true', CI_COMMIT_SHA: 'abc', CI_COMMIT_AUTHOR: 'Ada Byron <ada@example.com>' },
  ...{ CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example.com/g/p', CI_MERGE_REQUEST_IID: '7' },
};

describe('the origin of a publication', () => {
  it('is commit, author without their address, and merge request in GitLab CI', () => {
    assert.equal(
      withOrigin('Why\n', GITLAB),
      'Why\n\nCommit: abc\nAuthor: Ada Byron\nPull-Request: https://gitlab.example.com/g/p/-/merge_requests/7',
    );
    assert.equal(withOrigin('', { GITLAB_CI: 'true', CI_COMMIT_SHA: 'abc' }), 'Commit: abc');
  });

  it('is nothing outside of CI, whatever variables there are', () => {
    assert.equal(withOrigin('Why', { ...GITLAB, GITLAB_CI: '', GITHUB_SHA: 'abc' }), 'Why');
  });

  it('is the commit of a pull request rather than the merge that its job checks out', () => {
    const variables = { GITHUB_ACTIONS: 'true', GITHUB_SHA: 'merge', GITHUB_REF: 'refs/pull/3/merge' };
    const event = { pull_request: { number: 3, head: { sha: 'head' } } };
    assert.match(withOrigin('Why', variables, event), /^Commit: head$/m);
    const gitlab = { ...GITLAB, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: 'head' };
    assert.match(withOrigin('Why', gitlab), /^Commit: head$/m);
  });

  it('is the pull request that a commit on a branch came from', () => {
    const github = {
      ...{ GITHUB_ACTIONS: 'true', GITHUB_SHA: 'abc', GITHUB_REF: 'refs/heads/main' },
      ...{ GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'o/r' },
    };
    const of = (message: unknown) => withOrigin('Why', github, { head_commit: { message } });
    for (const message of ['Merge pull request #12 from o/branch\n\nName fees', 'Name fees (#12)'])
      assert.match(of(message), /^Pull-Request: https:\/\/github\.com\/o\/r\/pull\/12$/m);
    for (const message of ['Name fees (#12) again', 'x\n(#12)', 7, null, undefined])
      assert.doesNotMatch(of(message), /Pull-Request/);
    const { CI_MERGE_REQUEST_IID: _, CI_MERGE_REQUEST_PROJECT_URL: __, ...gitlab } = GITLAB;
    const merged = {
      ...{ ...gitlab, CI_PROJECT_URL: 'https://gitlab.example.com/g/p' },
      CI_COMMIT_MESSAGE: "Merge branch 'fees' into 'main'\n\nName fees\n\nSee merge request g/p!7",
    };
    assert.match(
      withOrigin('Why', merged),
      /^Pull-Request: https:\/\/gitlab\.example\.com\/g\/p\/-\/merge_requests\/7$/m,
    );
  });

  it('is read from the file of the event, and is left out where that is none', async () => {
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

  it('is one line for each trailer, keeps the message, and stays within what the API takes', () => {
    const hostile = fc.string({ unit: 'binary', maxLength: 2000 });
    fc.assert(
      fc.property(fc.string({ maxLength: 4000 }), hostile, hostile, (message, sha, actor) => {
        const told = withOrigin(message, { GITHUB_ACTIONS: 'true', GITHUB_SHA: sha, GITHUB_ACTOR: actor });
        assert.ok(told.length <= 4000);
        assert.ok(told.startsWith(message.trimEnd()));
        const below = told.slice(message.trimEnd().length).trim();
        if (told !== message && below !== '')
          for (const each of below.split('\n')) assert.match(each, /^(Commit|Author): \S/);
      }),
    );
  });
});
