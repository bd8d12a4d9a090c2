/** A working copy on disk whose registry serves, and the real command in it. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';
import { inProcess } from './in-process.ts';
import { type Outcome, promptforge } from './promptforge.ts';

export interface WorkingCopyForTest extends AsyncDisposable {
  readonly root: string;
  /** Runs the command there, with these keys and no others. */
  run(...args: string[]): Promise<Outcome>;
  runWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Outcome>;
  /** The same in a process of its own, which must end by itself. */
  runApart(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Outcome>;
  write(prompt: string, source: string): Promise<void>;
  delete(prompt: string): Promise<void>;
  read(prompt: string): Promise<string>;
  /** The versions of the lock file by prompt. */
  lock(): Promise<Record<string, number>>;
}

/** Nothing that this process has by chance. */
const NOTHING = {
  ...{ PROMPTFORGE_KEY: '', PROMPTFORGE_REGISTRY: '', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' },
  ...{ GITHUB_ACTIONS: '', GITLAB_CI: '', DISPLAY: '' },
};

/** @param keys environment variables that hold keys */
export async function aWorkingCopy(
  registry: string,
  keys: Readonly<Record<string, string>>,
): Promise<WorkingCopyForTest> {
  const folder = await temporaryFolder();
  const root = folder.path;
  const fileOf = (prompt: string) => join(root, 'prompts', `${prompt}.prompt`);
  await writeFile(join(root, 'promptforge.json'), JSON.stringify({ registry }));
  const runWith = (env: Readonly<Record<string, string>>, ...args: string[]) =>
    inProcess(args, { cwd: root, env: { ...NOTHING, ...keys, ...env } });
  return {
    root,
    run: (...args) => runWith({}, ...args),
    runWith,
    runApart: (env, ...args) => promptforge(args, { cwd: root, env: { ...NOTHING, ...keys, ...env } }),
    async write(prompt, source) {
      await mkdir(dirname(fileOf(prompt)), { recursive: true });
      await writeFile(fileOf(prompt), source);
    },
    delete: prompt => rm(fileOf(prompt)),
    read: prompt => readFile(fileOf(prompt), 'utf8'),
    async lock() {
      const { prompts } = JSON.parse(await readFile(join(root, 'promptforge.lock.json'), 'utf8'));
      const versions = Object.entries(prompts as Record<string, { version: number }>);
      return Object.fromEntries(versions.map(([name, { version }]) => [name, version]));
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
