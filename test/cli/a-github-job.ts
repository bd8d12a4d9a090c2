/** A job of GitHub Actions: the steps of this repository's composite action, run as a runner does. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { ROOT } from '../../scripts/projectRoot.ts';
import type { Outcome } from './promptforge.ts';

interface Step {
  readonly name: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
  readonly run: string;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

export async function readAction(): Promise<Action> {
  return parse(await readFile(join(ROOT, 'action.yml'), 'utf8'));
}

export interface GitHubJob {
  /** The checkout. */
  readonly workspace: string;
  /** Of the runner: what the action installs stays there. */
  readonly temp: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly event: object;
  /** What the action installs is in `temp` already, from a job before: installing it takes most of a job's time. */
  readonly isInstalled?: boolean;
}

const INSTALLS = 'Install PromptForge';

/** @returns what all steps said, and the exit code of the first that failed */
export async function runGitHubJob(job: GitHubJob): Promise<Outcome> {
  const { workspace, temp, inputs, env, event, isInstalled = false } = job;
  const { inputs: declared, runs } = await readAction();
  const values = new Map(
    Object.entries(declared).map(([name, input]) => [
      name,
      inputs[name] ?? (input.default ?? '').replace(/\$\{\{ github\.token \}\}/, 'ghs_token_of_the_job'),
    ]),
  );
  for (const name of Object.keys(inputs)) assert.ok(values.has(name), `There is no input ${name}.`);
  const filled = (value: string) =>
    value.replace(
      /\$\{\{ inputs\.([a-z-]+) \}\}/g,
      (_, name: string) => values.get(name) ?? assert.fail(name),
    );
  await mkdir(temp, { recursive: true });
  const [path, eventPath, summary] = ['path', 'event.json', 'summary.md'].map(name => join(temp, name)) as [
    ...[string, string, string],
  ];
  assert.ok(runs.steps.some(({ name }) => name === INSTALLS));
  await writeFile(path, isInstalled ? `${join(temp, 'promptforge', 'bin')}\n` : '');
  await writeFile(summary, '');
  await writeFile(eventPath, JSON.stringify(event));
  const told = { stdout: '', stderr: '' };
  for (const step of runs.steps) {
    if (step.if !== undefined && !holds(step.if, values)) continue;
    if (isInstalled && step.name === INSTALLS) continue;
    const paths = (await readFile(path, 'utf8')).split('\n').filter(each => each !== '');
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
      cwd: join(workspace, filled(step['working-directory'] ?? '.')),
      env: {
        PATH: [...paths.reverse(), dirname(process.execPath), process.env['PATH']].join(':'),
        ...{ HOME: join(temp, 'home'), RUNNER_TEMP: temp, npm_config_offline: 'true' },
        ...{ npm_config_cache: join(temp, 'cache'), npm_config_update_notifier: 'false' },
        NODE_COMPILE_CACHE: join(temp, 'compiled'),
        ...{ GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: workspace, GITHUB_ACTION_PATH: ROOT },
        ...{ GITHUB_PATH: path, GITHUB_STEP_SUMMARY: summary, GITHUB_EVENT_PATH: eventPath },
        ...env,
        ...Object.fromEntries(
          Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(String(value))]),
        ),
      },
    });
    child.stdin.end();
    const closed = once(child, 'close');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await closed;
    told.stdout += stdout;
    told.stderr += stderr;
    if (code !== 0) return { code, ...told };
  }
  return { code: 0, ...told };
}

/** Comparisons of inputs, joined by `&&`: all that the action uses. */
function holds(condition: string, values: ReadonlyMap<string, string>): boolean {
  return condition.split(' && ').every(each => {
    const [, name = '', operator, value] = /^inputs\.([a-z-]+) (==|!=) '([^']*)'$/.exec(each) ?? [];
    assert.ok(operator !== undefined, each);
    return (values.get(name) === value) === (operator === '==');
  });
}
