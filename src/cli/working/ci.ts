/** Where a publication comes from, as the variables of GitHub Actions and GitLab CI tell it: trailers of its message. */

type Variables = Readonly<Record<string, string | undefined>>;

/** Of a message, as the API allows. */
const MAX_MESSAGE = 4000;
/** Of one trailer. */
const MAX_VALUE = 500;

/**
 * The message with git trailers below it (git-interpret-trailers): `Commit`, `Author` and `Pull-Request`. As it is
 * outside of CI, and where the message has no room for them.
 */
export function withOrigin(message: string, variables: Variables): string {
  const trailers = trailersOf(variables);
  if (trailers.length === 0) return message;
  const below = trailers.map(([name, value]) => `${name}: ${value}`).join('\n');
  const whole = message === '' ? below : `${message.trimEnd()}\n\n${below}`;
  return whole.length <= MAX_MESSAGE ? whole : message;
}

function trailersOf(variables: Variables): [name: string, value: string][] {
  const origin = variables['GITHUB_ACTIONS'] === 'true' ? gitHub(variables) : gitLab(variables);
  return Object.entries(origin).flatMap(([name, value = '']) => {
    const oneLine = value.replace(/\s+/g, ' ').trim().slice(0, MAX_VALUE);
    return oneLine === '' ? [] : [[name, oneLine]];
  });
}

/** docs.github.com: "Default environment variables". */
function gitHub(variables: Variables): Record<string, string | undefined> {
  const { GITHUB_SHA, GITHUB_ACTOR, GITHUB_REF = '', GITHUB_SERVER_URL, GITHUB_REPOSITORY } = variables;
  const [, number] = /^refs\/pull\/(\d+)\//.exec(GITHUB_REF) ?? [];
  return {
    Commit: GITHUB_SHA,
    Author: GITHUB_ACTOR,
    'Pull-Request': number && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/pull/${number}`,
  };
}

/** docs.gitlab.com: "Predefined CI/CD variables reference". An author's address stays out of a log that is kept for ever. */
function gitLab(variables: Variables): Record<string, string | undefined> {
  if (variables['GITLAB_CI'] !== 'true') return {};
  const { CI_COMMIT_SHA, CI_COMMIT_AUTHOR, CI_MERGE_REQUEST_PROJECT_URL, CI_MERGE_REQUEST_IID } = variables;
  return {
    Commit: CI_COMMIT_SHA,
    Author: CI_COMMIT_AUTHOR?.replace(/\s*<[^>]*>\s*$/, ''),
    'Pull-Request':
      CI_MERGE_REQUEST_IID && `${CI_MERGE_REQUEST_PROJECT_URL}/-/merge_requests/${CI_MERGE_REQUEST_IID}`,
  };
}
