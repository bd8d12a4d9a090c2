/** The jobs of docs/ci.md, as their runners run them, with the packed command and a registry that serves. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { buildProduct } from '../../scripts/build.ts';
import { runCommand } from '../../scripts/host/runCommand.ts';
import { packNpm } from '../../scripts/npmPackage.ts';
import { ROOT } from '../../scripts/projectRoot.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aCommentsApi, type CommentsApi } from './a-comments-api.ts';
import { type GitHubJob, readAction, runGitHubJob } from './a-github-job.ts';
import { type Outcome, promptforge } from './promptforge.ts';
import { assertFits } from './published-schemas.ts';

const PULL_REQUEST = { pull_request: { number: 12, head: { sha: 'a'.repeat(40) } } };

describe('the CI jobs', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let tarball: string;
  let registry: RegistryForTest;
  let api: CommentsApi;
  let origin: string;
  let keys: Record<string, string>;
  let count = 0;
  before(async function () {
    if (process.platform === 'win32') return this.skip(); // its runners have bash, this machine may not
    if (!existsSync(join(ROOT, 'dist', 'cli.js'))) await buildProduct();
    folder = await temporaryFolder();
    tarball = await packNpm(folder.path);
  });
  after(() => folder?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    registry = await aRegistry();
    api = await aCommentsApi();
    keys = {
      PROMPTFORGE_KEY_DEVELOPMENT: await registry.key('development', 'author', 'ci'),
      PROMPTFORGE_KEY_STAGING: await registry.key('staging', 'approver', 'ci'),
    };
    await registry.publish('support/triage', 'Sort {{mail}}.\n', null);
    await registry.promote('support/triage', 1, 'staging');
    origin = join(folder.path, `origin-${++count}.git`);
    await git(folder.path, 'init', '--quiet', '--bare', '--initial-branch', 'main', origin);
    const first = await clone();
    await writeFile(join(first, 'promptforge.json'), JSON.stringify({ registry: registry.url }));
    await command(first, 'pull');
    await commit(first, 'Begin');
    await git(first, 'push', '--quiet', 'origin', 'HEAD:main');
  });
  afterEach(async () => {
    await api[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  const git = (cwd: string, ...args: string[]) =>
    runCommand('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd });
  const clone = async (): Promise<string> => {
    const checkout = join(folder.path, `checkout-${++count}`);
    await git(folder.path, 'clone', '--quiet', origin, checkout);
    return checkout;
  };
  const commit = async (checkout: string, message: string) => {
    await git(checkout, 'add', '--all');
    await git(checkout, 'commit', '--quiet', '--message', message);
  };
  const command = async (checkout: string, ...args: string[]) => {
    const outcome = await promptforge(args, { cwd: checkout, env: keys });
    assert.equal(outcome.code, 0, outcome.stderr);
  };
  const write = async (checkout: string, prompt: string, source: string) => {
    await mkdir(join(checkout, 'prompts', 'support'), { recursive: true });
    await writeFile(join(checkout, 'prompts', `${prompt}.prompt`), source);
  };
  const runner = () => join(folder.path, 'runner');
  const job = (workspace: string, inputs: Record<string, string>, more: Partial<GitHubJob> = {}) =>
    runGitHubJob({
      workspace,
      temp: runner(),
      isInstalled: existsSync(join(runner(), 'promptforge', 'bin', 'promptforge')),
      inputs: { registry: registry.url, package: tarball, ...inputs },
      event: PULL_REQUEST,
      ...more,
      env: {
        ...{ GITHUB_API_URL: api.url, GITHUB_REPOSITORY: 'o/r', GITHUB_REF: 'refs/pull/12/merge' },
        ...{ GITHUB_SERVER_URL: 'https://github.com', GITHUB_ACTOR: 'octocat', GITHUB_SHA: 'b'.repeat(40) },
        ...keys,
        ...more.env,
      },
    });
  const live = async (prompt: string, environment = 'staging') =>
    (await registry.call('GET', `/v1/prompts/${prompt}/-/summary`)).json.pointers.find(
      (each: Record<string, unknown>) => each['environment'] === environment,
    )?.version;
  const withoutSecrets = ({ stdout, stderr }: Outcome) => {
    for (const text of [stdout, stderr, ...api.comments.map(({ body }) => body)])
      assert.doesNotMatch(text, /pf_[a-z]+_|ghs_token/);
  };

  it('comment on a pull request with the diff, replace the comment, and fail on drift', async () => {
    const checkout = await clone();
    await write(checkout, 'support/triage', 'Sort {{mail}}.\n````\nBriefly.\n');
    await write(checkout, 'support/fresh', 'Fresh\n');
    const inputs = { job: 'pull-request', drift: 'staging' };
    const fine = await job(checkout, inputs);
    assert.equal(fine.code, 0, fine.stdout + fine.stderr);
    withoutSecrets(fine);
    const [comment] = api.comments;
    assert.match(comment?.body ?? '', /^<!-- promptforge -->\n### Prompts\n/);
    assert.match(comment?.body ?? '', / {4}would publish {2}support\/triage@2\n/);
    assert.match(comment?.body ?? '', /No drift: what is live in staging is what the lock file names/);
    assert.ok(
      comment?.body.includes(
        '<code>support/triage</code></summary>\n\n`````diff\n--- support/triage@1\n+++ prompts/support/triage.prompt\n@@ -1,1 +1,3 @@\n Sort {{mail}}.\n+````\n+Briefly.\n`````\n',
      ),
      comment?.body,
    );
    assert.deepEqual(api.requests.at(-1), {
      request: 'POST /repos/o/r/issues/12/comments',
      token: 'Bearer ghs_token_of_the_job',
    });

    await registry.publish('support/triage', 'By somebody else\n', 1);
    await registry.promote('support/triage', 2, 'staging');
    const drifted = await job(checkout, inputs);
    assert.equal(drifted.code, 1, 'the registry moved on, so it would be refused');
    assert.equal(api.comments.length, 1);
    assert.match(
      comment?.body ?? '',
      /Drift: something else is live in staging.*newer +support\/triage +1 +2/s,
    );
    assert.match(comment?.body ?? '', /Would be refused:.*based on version 1/s);
    assert.equal(api.requests.at(-1)?.request, 'PATCH /repos/o/r/issues/comments/100');

    const untouched = await job(await clone(), inputs);
    assert.equal(untouched.code, 5, untouched.stdout + untouched.stderr);
  });

  it('annotate errors, even without a key and without permission to comment', async () => {
    const checkout = await clone();
    await write(checkout, 'support/wrong', '{{#if}}');
    api.refuseWith(403);
    const env = { PROMPTFORGE_KEY_DEVELOPMENT: '', PROMPTFORGE_KEY_STAGING: ' ' };
    const wrong = await job(checkout, { job: 'pull-request', drift: 'staging' }, { env });
    assert.equal(wrong.code, 3, wrong.stdout + wrong.stderr);
    assert.match(wrong.stdout, /^::error file=prompts\/support\/wrong\.prompt,line=1,/m);
    assert.match(wrong.stdout, /There is no key/);
    assert.match(wrong.stderr, /POST \/repos\/o\/r\/issues\/12\/comments was answered with 403/);
    const summary = await readFile(join(runner(), 'summary.md'), 'utf8');
    assert.match(summary, / {4}prompts\/support\/wrong\.prompt:1:1: unclosed-block/);
  });

  it('send keys only to their registry, and install nothing from a pull request', async () => {
    const asked: string[] = [];
    const evil = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('{}');
    });
    await new Promise<void>(resolve => evil.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
      const checkout = await clone();
      await writeFile(join(checkout, 'promptforge.json'), JSON.stringify({ registry: url }));
      await writeFile(join(checkout, '.npmrc'), `registry=${url}/\noffline=false\nprefix=${checkout}\n`);
      await mkdir(join(checkout, 'node_modules', '.bin'), { recursive: true });
      await writeFile(join(checkout, 'node_modules', '.bin', 'promptforge'), '#!/bin/sh\nexit 99\n', {
        mode: 0o755,
      });
      const { code, stdout, stderr } = await job(checkout, { job: 'pull-request' }, { isInstalled: false });
      assert.equal(code, 0, stdout + stderr);
      assert.deepEqual(asked, []);
    } finally {
      evil.closeAllConnections();
      evil.close();
    }
  });

  it('release merged prompts, commit the lock file to the branch, and may run again', async () => {
    const author = await clone();
    await write(author, 'support/triage', 'Sort {{mail}} by urgency.\n');
    await commit(author, 'Sort by urgency (#12)');
    await git(author, 'push', '--quiet', 'origin', 'HEAD:main');

    const inputs = { job: 'release', to: 'staging', 'commit-lock-file': 'true' };
    const env = { GITHUB_REF: 'refs/heads/main', GITHUB_REF_NAME: 'main' };
    const event = { head_commit: { message: 'Sort by urgency (#12)' } };
    const checkout = await clone();
    const released = await job(checkout, inputs, { env, event });
    assert.equal(released.code, 0, released.stdout + released.stderr);
    withoutSecrets(released);
    assert.equal(await live('support/triage'), 2);
    const { newest } = (await registry.call('GET', '/v1/prompts/support/triage/-/summary')).json;
    assert.equal(newest.message, 'Sort by urgency (#12)');
    assert.deepEqual(newest.origin, {
      ...{ author: 'octocat', commit: 'b'.repeat(40), repository: 'https://github.com/o/r' },
      pullRequest: 'https://github.com/o/r/pull/12',
    });
    const after = await clone();
    assert.match(await git(after, 'log', '-1', '--format=%s'), /^Note the published versions.*\[skip ci\]/);
    await command(after, 'status', '--check');
    await command(after, 'status', '--live', 'staging', '--check');
    // The same job again, on the checkout that it had: before the versions were noted.
    await git(checkout, 'reset', '--quiet', '--hard', 'HEAD~1');
    const again = await job(checkout, { ...inputs, 'commit-lock-file': 'false' }, { env, event });
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.equal(await live('support/triage'), 2, 'it does not go back to what the old lock file names');
  });

  it('promote nothing if a prompt is refused', async () => {
    const checkout = await clone();
    await write(checkout, 'support/fresh', 'Fresh\n');
    await registry.publish('support/fresh', 'Another\n', null);
    await registry.publish('support/triage', 'Two\n', 1);
    const { code, stderr } = await job(checkout, { job: 'release', to: 'staging' });
    assert.equal(code, 1);
    assert.match(stderr, /refused {4}support\/fresh/);
    assert.equal(await live('support/triage'), 1);
  });

  it('refuse an unknown job', async () => {
    const { code, stdout } = await job(await clone(), { job: 'chekc' });
    assert.equal(code, 2);
    assert.match(stdout, /::error::The input "job"/);
  });

  it('fit the published schema of an action, and have no expressions in scripts', async () => {
    const action = await readAction();
    await assertFits(action, 'github-action');
    await assert.rejects(assertFits({ ...action, runs: { using: 'composite' } }, 'github-action'));
    // What an input holds would be run.
    for (const { run } of action.runs.steps) assert.ok(!run.includes('${{'), run);
  });

  it('run in GitLab CI too, and comment on the merge request', async () => {
    const config = parse(await readFile(join(ROOT, 'ci', 'gitlab-ci.yml'), 'utf8'));
    const checkout = await clone();
    await write(checkout, 'support/triage', 'Sort {{mail}} in GitLab.\n');
    const gitlab = async (name: string, env: Record<string, string>) => {
      const { extends: base, variables = {}, script } = config[name];
      const lines = [...config[base].before_script, ...script];
      return runCommand('bash', ['-eo', 'pipefail', '-c', lines.join('\n')], {
        cwd: checkout,
        env: {
          ...process.env,
          ...{ GITHUB_ACTIONS: '', GITLAB_CI: 'true', CI_PROJECT_DIR: checkout, CI_PROJECT_ID: '7' },
          ...{ CI_API_V4_URL: `${api.url}/api/v4`, PROMPTFORGE_GITLAB_TOKEN: 'glpat-token' },
          ...{ PROMPTFORGE_PACKAGE: tarball, PROMPTFORGE_REGISTRY: registry.url },
          ...{ npm_config_prefix: join(folder.path, 'gitlab'), npm_config_offline: 'true' },
          PATH: `${join(folder.path, 'gitlab', 'bin')}:${process.env['PATH']}`,
          ...variables,
          ...keys,
          ...env,
        },
      });
    };
    await gitlab('promptforge-check', { CI_MERGE_REQUEST_IID: '3' });
    await gitlab('promptforge-check', { CI_MERGE_REQUEST_IID: '3' });
    assert.match(api.comments[0]?.body ?? '', /\+Sort \{\{mail\}\} in GitLab\./);
    assert.deepEqual(
      api.requests.filter(({ request }) => !request.startsWith('GET')),
      [
        { request: 'POST /api/v4/projects/7/merge_requests/3/notes', token: 'glpat-token' },
        { request: 'PUT /api/v4/projects/7/merge_requests/3/notes/100', token: 'glpat-token' },
      ],
    );
    await gitlab('promptforge-release', { PROMPTFORGE_TO: 'staging', CI_COMMIT_SHA: 'c0ffee' });
    assert.equal(await live('support/triage'), 2);
  });
});
