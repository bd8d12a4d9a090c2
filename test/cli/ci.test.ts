import assert from 'node:assert/strict';
import fc from 'fast-check';
import { withOrigin } from '../../src/cli/working/ci.ts';

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
