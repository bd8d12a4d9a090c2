/** An example between a registry that fails in every way and a model's API that records what it is sent. */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../scripts/projectRoot.ts';
import { aModelApi, type ModelApi } from '../sdk/a-model-api.ts';
import { aProxy, type Fault, type FaultyProxy, problem } from '../sdk/a-proxy.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export interface Example {
  /** In `examples/`. */
  readonly file: string;
  /** Sends the model's requests here. */
  readonly env: (modelUrl: string) => Readonly<Record<string, string>>;
}

export interface Ran {
  readonly logged: string;
  readonly warned: string;
  /** Undefined where it succeeded. */
  readonly failure: string | undefined;
}

/** A run, with what the model was sent. */
export interface Told extends Ran {
  readonly sent: ModelApi['sent'];
}

export const FAULTS = {
  'status 401': problem(401, 'key_revoked'),
  'status 404': problem(404, 'prompt_not_found'),
  'status 429': problem(429, 'rate_limited', { 'Retry-After': '5' }),
  'status 503': problem(503, 'unavailable'),
  down: 'killed',
  // The time that examples wait is 2 s.
  slow: { slow: 4000 },
  'a login page': { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<p>Sign in</p>' },
  'a redirect': { status: 302, headers: { Location: 'http://127.0.0.1:1/elsewhere' } },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

export interface Story {
  /** While no prompt was ever had. */
  readonly unknown: ReadonlyMap<FaultName, Told>;
  readonly first: Told;
  /** After the first run. */
  readonly again: Told;
  /** The validator that the run after the first sent. */
  readonly etag: string | undefined;
  readonly known: ReadonlyMap<FaultName, Told>;
}

export interface Place {
  readonly proxy: FaultyProxy;
  /** Where it runs. */
  readonly folder: string;
  /** Runs the example as its page says. */
  run(): Promise<Told>;
  /** The same with other variables. */
  runWith(env: Readonly<Record<string, string>>): Promise<Told>;
  /** The same, in a process that has its packages already. */
  runAgain(): Promise<Told>;
}

/** A folder of its own for an example; what it holds is given to `stack`. */
export async function aPlace(
  { file, env }: Example,
  registry: { readonly url: string; readonly key: string },
  stack: AsyncDisposableStack,
): Promise<Place> {
  const proxy = stack.use(await aProxy(registry.url));
  const api = stack.use(await aModelApi('cards'));
  const folder = stack.use(await temporaryFolder()).path;
  const { NODE_V8_COVERAGE: _, ...inherited } = process.env;
  const options = {
    cwd: folder,
    env: {
      ...inherited,
      // Python and curl take a proxy of the machine's for what is on it, too.
      ...{ no_proxy: '127.0.0.1', NO_PROXY: '127.0.0.1' },
      ...{ PROMPTFORGE_URL: proxy.url, PROMPTFORGE_KEY: registry.key },
      ...env(api.url),
    },
  };
  const path = join(ROOT, 'examples', file);
  const told = async (run: () => Promise<Ran>): Promise<Told> => {
    const before = api.sent.length;
    return { ...(await run()), sent: api.sent.slice(before) };
  };
  const asWritten = () => run(path, options);
  const runWith = (more: Readonly<Record<string, string>>) =>
    told(() => run(path, { ...options, env: { ...options.env, ...more } }));
  const inProcess = file.endsWith('.mjs') ? runsAgain(path, options, stack) : asWritten;
  return { proxy, folder, run: () => told(asWritten), runWith, runAgain: () => told(inProcess) };
}

/** Has an example meet every fault, at first and when it knows a prompt. */
export async function story({ proxy, run, runAgain }: Place): Promise<Story> {
  const underFaults = async () => {
    const all = new Map<FaultName, Told>();
    for (const name of Object.keys(FAULTS) as FaultName[]) {
      proxy.fault = FAULTS[name];
      all.set(name, await runAgain());
    }
    proxy.fault = 'none';
    return all;
  };
  const unknown = await underFaults();
  const first = await ranInTime(run);
  const again = await run();
  return { unknown, first, again, etag: lastValidator(proxy), known: await underFaults() };
}

/** Runs it again where it was given no fresh prompt: on a machine that is very busy, two seconds may not be enough. */
export async function ranInTime(run: () => Promise<Told>): Promise<Told> {
  for (let tries = 1; ; tries++) {
    const told = await run();
    if (tries === 3 || (told.failure === undefined && told.warned === '')) return told;
  }
}

function lastValidator({ headers }: FaultyProxy): string | undefined {
  return headers.at(-1)?.['if-none-match'];
}

const PROGRAMS: Readonly<Record<string, string>> = { mjs: process.execPath, py: 'python3', sh: 'sh' };

/** As its page says. */
function run(path: string, options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<Ran> {
  const program = PROGRAMS[path.split('.').at(-1) ?? ''] ?? '';
  return new Promise(resolve => {
    execFile(program, [path, 'Where is my card?'], options, (error, stdout, stderr) =>
      resolve({ logged: stdout.trimEnd(), warned: stderr, failure: error === null ? undefined : stderr }),
    );
  });
}

function runsAgain(
  path: string,
  options: { cwd: string; env: NodeJS.ProcessEnv },
  stack: AsyncDisposableStack,
): () => Promise<Ran> {
  let child: ChildProcess | undefined;
  return async () => {
    child ??= stack.adopt(
      fork(join(import.meta.dirname, 'import-again.ts'), ['Where is my card?'], options),
      process => void process.kill(),
    );
    child.send(pathToFileURL(path).href);
    const [ran] = await once(child, 'message');
    return ran;
  };
}
