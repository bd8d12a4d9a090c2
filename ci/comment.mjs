// Writes one comment on the pull or merge request of this job, or replaces the one that it wrote before.
//
//   node comment.mjs <file>
//
// GitHub Actions: GITHUB_TOKEN with the permission `pull-requests: write`. GitLab CI: PROMPTFORGE_GITLAB_TOKEN, a project
// access token with the scope `api`, as the token of a job may not comment.

import { readFile } from 'node:fs/promises';

/** By this line the comment is found again. */
const MARKER = '<!-- promptforge -->';
/** In characters, of GitHub. */
const MAX_LENGTH = 65_000;
const MAX_PAGES = 20;
const TIMEOUT_MS = 30_000;

/** @typedef {{ list: string, own: (id: number) => string, method: string, headers: Record<string, string> }} Place */

/** @returns {Promise<Place>} where comments are listed and made, and where one is replaced */
async function placeOfComments() {
  const { env } = process;
  if (env.GITHUB_ACTIONS === 'true') {
    const event = JSON.parse(await readFile(needed('GITHUB_EVENT_PATH'), 'utf8'));
    const number = event.pull_request?.number;
    if (!Number.isSafeInteger(number)) throw new Error('The job does not run for a pull request.');
    const base = `${needed('GITHUB_API_URL')}/repos/${needed('GITHUB_REPOSITORY')}/issues`;
    return {
      list: `${base}/${number}/comments`,
      own: id => `${base}/comments/${id}`,
      method: 'PATCH',
      headers: { authorization: `Bearer ${needed('GITHUB_TOKEN')}`, accept: 'application/vnd.github+json' },
    };
  }
  if (env.GITLAB_CI === 'true') {
    const project = encodeURIComponent(needed('CI_PROJECT_ID'));
    const request = encodeURIComponent(needed('CI_MERGE_REQUEST_IID'));
    const list = `${needed('CI_API_V4_URL')}/projects/${project}/merge_requests/${request}/notes`;
    return {
      list,
      own: id => `${list}/${id}`,
      method: 'PUT',
      headers: { 'private-token': needed('PROMPTFORGE_GITLAB_TOKEN') },
    };
  }
  throw new Error('This is a job of neither GitHub Actions nor GitLab CI.');
}

/** @param {string} name */
function needed(name) {
  const value = process.env[name] ?? '';
  if (value === '') throw new Error(`${name} is not set.`);
  return value;
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {string} [method]
 * @param {string} [body]
 */
async function call(url, headers, method = 'GET', body = undefined) {
  const response = await fetch(url, {
    method,
    headers: { 'user-agent': 'promptforge', 'content-type': 'application/json', ...headers },
    redirect: 'error', // a token goes nowhere else
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body !== undefined && { body: JSON.stringify({ body }) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${new URL(url).pathname} was answered with ${response.status}.`);
  return response.json();
}

/** @param {Place} place */
async function findOwn({ list, headers }) {
  for (let page = 1; page <= MAX_PAGES; page++) {
    const comments = await call(`${list}?per_page=100&page=${page}`, headers);
    const own = comments.find(comment => String(comment.body ?? '').startsWith(MARKER));
    if (own !== undefined) return own.id;
    if (comments.length < 100) return undefined;
  }
  return undefined;
}

try {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error('Name the file with the text of the comment.');
  const place = await placeOfComments();
  const whole = `${MARKER}\n${await readFile(file, 'utf8')}`;
  const body = whole.length > MAX_LENGTH ? `${whole.slice(0, MAX_LENGTH)}\n…` : whole;
  const own = await findOwn(place);
  if (own === undefined) await call(place.list, place.headers, 'POST', body);
  else await call(place.own(own), place.headers, place.method, body);
} catch (error) {
  console.error(`comment.mjs: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
