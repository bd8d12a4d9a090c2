/** Where a publication comes from, as the variables of GitHub Actions and GitLab CI tell it: trailers of its message. */
import { readFile, stat } from 'node:fs/promises';

type Variables = Readonly<Record<string, string | undefined>>;

/** Of a message, as the API allows. */
const MAX_MESSAGE = 4000;
/** Of one trailer. */
const MAX_VALUE = 500;

/** Of the file that GitHub describes an event in, in bytes; a larger one is not read. */
const MAX_EVENT = 8 * 1024 * 1024;

/** The parts of a GitHub Actions event that are used (docs.github.com: "Webhook events and payloads"). */
export interface GitHubEvent {
  readonly pull_request?: { readonly number?: unknown; readonly head?: { readonly sha?: unknown } };
  readonly head_commit?: { readonly message?: unknown } | null;
}

/** The event that the job runs for; undefined outside of GitHub Actions, or where it cannot be read. */
export async function readGitHubEvent(variables: Variables): Promise<GitHubEvent | undefined> {
  const path = variables['GITHUB_EVENT_PATH'] ?? '';
  if (variables['GITHUB_ACTIONS'] !== 'true' || path === '') return undefined;
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_EVENT) return undefined;
    const event: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof event === 'object' && event !== null ? event : undefined;
  } catch {
    return undefined; // a publication does not fail for want of a trailer
  }
}

/**
 * The message with git trailers below it (git-interpret-trailers): `Commit`, `Author` and `Pull-Request`. As it is
 * outside of CI, and where the message has no room for them.
 */
export function withOrigin(message: string, variables: Variables, event?: GitHubEvent): string {
  const trailers = trailersOf(variables, event);
  if (trailers.length === 0) return message;
  const below = trailers.map(([name, value]) => `${name}: ${value}`).join('\n');
  const whole = message === '' ? below : `${message.trimEnd()}\n\n${below}`;
  return whole.length <= MAX_MESSAGE ? whole : message;
}

function trailersOf(variables: Variables, event: GitHubEvent | undefined): [name: string, value: string][] {
  const origin = variables['GITHUB_ACTIONS'] === 'true' ? gitHub(variables, event) : gitLab(variables);
  return Object.entries(origin).flatMap(([name, value]) => {
    if (typeof value !== 'string') return [];
    const oneLine = value.replace(/\s+/g, ' ').trim().slice(0, MAX_VALUE).toWellFormed();
    return oneLine === '' ? [] : [[name, oneLine]];
  });
}

/** docs.github.com: "Default environment variables". */
function gitHub(variables: Variables, event: GitHubEvent | undefined): Record<string, unknown> {
  const { GITHUB_SHA, GITHUB_ACTOR, GITHUB_REF = '', GITHUB_SERVER_URL, GITHUB_REPOSITORY } = variables;
  const [, ofRef] = /^refs\/pull\/(\d+)\//.exec(GITHUB_REF) ?? [];
  const number = ofRef ?? mergedOnGitHub(event?.head_commit?.message);
  return {
    // The commit of a pull request's job is a merge that no branch keeps.
    Commit: event?.pull_request?.head?.sha ?? GITHUB_SHA,
    Author: GITHUB_ACTOR,
    'Pull-Request': number && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/pull/${number}`,
  };
}

/** The pull request that a commit on a branch came from, as GitHub's own messages of merges and squashes name it. */
function mergedOnGitHub(message: unknown): string | undefined {
  if (typeof message !== 'string') return undefined;
  const [first = ''] = message.split('\n', 1);
  return (/^Merge pull request #(\d{1,10}) from /.exec(first) ??
    /\(#(\d{1,10})\)$/.exec(first.trimEnd()))?.[1];
}

/** docs.gitlab.com: "Predefined CI/CD variables reference". An author's address stays out of a log that is kept for ever. */
function gitLab(variables: Variables): Record<string, unknown> {
  if (variables['GITLAB_CI'] !== 'true') return {};
  const { CI_COMMIT_SHA, CI_COMMIT_AUTHOR, CI_MERGE_REQUEST_PROJECT_URL, CI_MERGE_REQUEST_IID } = variables;
  const { CI_PROJECT_URL, CI_COMMIT_MESSAGE = '', CI_MERGE_REQUEST_SOURCE_BRANCH_SHA } = variables;
  const ofRequest =
    CI_MERGE_REQUEST_IID && `${CI_MERGE_REQUEST_PROJECT_URL}/-/merge_requests/${CI_MERGE_REQUEST_IID}`;
  // GitLab ends its message of a merge with this line.
  const [, merged] = /^See merge request \S*!(\d{1,10})$/m.exec(CI_COMMIT_MESSAGE.slice(0, 20_000)) ?? [];
  return {
    Commit: CI_MERGE_REQUEST_SOURCE_BRANCH_SHA || CI_COMMIT_SHA,
    Author: CI_COMMIT_AUTHOR?.replace(/\s*<[^>]*>\s*$/, ''),
    'Pull-Request': ofRequest || (merged && CI_PROJECT_URL && `${CI_PROJECT_URL}/-/merge_requests/${merged}`),
  };
}
