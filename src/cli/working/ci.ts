/** Reads the origin of a publication from the variables of GitHub Actions and GitLab CI. */
import { readFile, stat } from 'node:fs/promises';
import {
  COMMIT_PATTERN,
  MAX_ORIGIN_AUTHOR,
  parsedUrl,
  type VersionOrigin,
  validateOriginAuthor,
  validateOriginUrl,
} from '../../core/origin.ts';
import { withoutInvisible } from '../../core/visible-text.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The limit of GitHub's event file, in bytes; a larger one is not read. */
const MAX_EVENT = 8 * 1024 * 1024;

/** The parts of a GitHub Actions event that are used (docs.github.com: "Webhook events and payloads"). */
export interface GitHubEvent {
  readonly pull_request?: { readonly number?: unknown; readonly head?: { readonly sha?: unknown } };
  readonly head_commit?: { readonly message?: unknown } | null;
}

/** The event that triggered the job; undefined outside of GitHub Actions, or if it cannot be read. */
export async function readGitHubEvent(variables: Variables): Promise<GitHubEvent | undefined> {
  const path = variables['GITHUB_EVENT_PATH'] ?? '';
  if (variables['GITHUB_ACTIONS'] !== 'true' || path === '') return undefined;
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_EVENT) return undefined;
    const event: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof event === 'object' && event !== null ? event : undefined;
  } catch {
    return undefined; // a publication does not fail for lack of an origin
  }
}

/** The origin; undefined outside of CI. Omits values that the registry would reject, so that publishing succeeds. */
export function originInCi(variables: Variables, event?: GitHubEvent): VersionOrigin | undefined {
  const told = variables['GITHUB_ACTIONS'] === 'true' ? gitHub(variables, event) : gitLab(variables);
  const author = authorIn(told.author);
  const commit = commitIn(told.commit);
  const pullRequest = urlIn(told.pullRequest);
  const repository = urlIn(told.repository);
  const origin = {
    ...(author !== undefined && { author }),
    ...(commit !== undefined && { commit }),
    ...(pullRequest !== undefined && { pullRequest }),
    ...(repository !== undefined && { repository }),
  };
  return Object.keys(origin).length > 0 ? origin : undefined;
}

function authorIn(told: unknown): string | undefined {
  if (typeof told !== 'string') return undefined;
  const author = withoutInvisible(told.replace(/\s+/g, ' ')).trim().slice(0, MAX_ORIGIN_AUTHOR);
  return validateOriginAuthor(author.toWellFormed()) === undefined ? author.toWellFormed() : undefined;
}

function commitIn(told: unknown): string | undefined {
  return typeof told === 'string' && COMMIT_PATTERN.test(told) ? told.toLowerCase() : undefined;
}

function urlIn(told: unknown): string | undefined {
  return typeof told === 'string' && validateOriginUrl(told) === undefined ? parsedUrl(told) : undefined;
}

type Told = { readonly [Field in keyof VersionOrigin]: unknown };

/** docs.github.com: "Default environment variables". */
function gitHub(variables: Variables, event: GitHubEvent | undefined): Told {
  const { GITHUB_SHA, GITHUB_ACTOR, GITHUB_REF = '', GITHUB_SERVER_URL, GITHUB_REPOSITORY } = variables;
  const [, ofRef] = /^refs\/pull\/(\d+)\//.exec(GITHUB_REF) ?? [];
  const number = ofRef ?? mergedOnGitHub(event?.head_commit?.message);
  const repository = GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;
  return {
    author: GITHUB_ACTOR,
    // The commit of a pull request's job is a merge commit that is on no branch.
    commit: event?.pull_request?.head?.sha ?? GITHUB_SHA,
    pullRequest: repository && number && `${repository}/pull/${number}`,
    repository,
  };
}

/** The pull request that a commit on a branch came from, from GitHub's own messages for merges and squashes. */
function mergedOnGitHub(message: unknown): string | undefined {
  if (typeof message !== 'string') return undefined;
  const [first = ''] = message.split('\n', 1);
  return (/^Merge pull request #(\d{1,10}) from /.exec(first) ??
    /\(#(\d{1,10})\)$/.exec(first.trimEnd()))?.[1];
}

/** docs.gitlab.com: "Predefined CI/CD variables reference". Omits an author's address, because the log is permanent. */
function gitLab(variables: Variables): Told {
  if (variables['GITLAB_CI'] !== 'true') return {};
  const { CI_COMMIT_SHA, CI_COMMIT_AUTHOR, CI_MERGE_REQUEST_PROJECT_URL, CI_MERGE_REQUEST_IID } = variables;
  const { CI_PROJECT_URL, CI_COMMIT_MESSAGE = '', CI_MERGE_REQUEST_SOURCE_BRANCH_SHA } = variables;
  const ofRequest =
    CI_MERGE_REQUEST_IID && `${CI_MERGE_REQUEST_PROJECT_URL}/-/merge_requests/${CI_MERGE_REQUEST_IID}`;
  // GitLab's message for a merge ends with this line.
  const [, merged] = /^See merge request \S*!(\d{1,10})$/m.exec(CI_COMMIT_MESSAGE.slice(0, 20_000)) ?? [];
  return {
    author: CI_COMMIT_AUTHOR?.replace(/\s*<[^>]*>\s*$/, ''),
    commit: CI_MERGE_REQUEST_SOURCE_BRANCH_SHA || CI_COMMIT_SHA,
    pullRequest: ofRequest || (merged && CI_PROJECT_URL && `${CI_PROJECT_URL}/-/merge_requests/${merged}`),
    repository: CI_PROJECT_URL,
  };
}
