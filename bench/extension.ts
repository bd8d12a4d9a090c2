/** What the extension costs a window: the time of `activate()` in a real VS Code, and what is loaded for it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';
import { buildProduct } from '../scripts/build.ts';
import { atMost, median, type Report } from './report.ts';

const ROOT = join(import.meta.dirname, '..');
const RUNS = 7;

export async function measure(): Promise<Report> {
  const loadedBytes = await buildProduct();
  const entryBytes = (await readFile(join(ROOT, 'dist', 'extension.js'))).byteLength;
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  try {
    const suite = join(scratch, 'activation-suite.mjs');
    await esbuild.build({
      entryPoints: [join(import.meta.dirname, 'activation-suite.ts')],
      outfile: suite,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      external: ['vscode'],
      logLevel: 'warning',
    });
    const activations: number[] = [];
    for (let run = 0; run < RUNS; run++) activations.push(await activationTime(scratch, suite, run));
    const activation = median(activations);
    return {
      title: 'Extension',
      figures: [
        { name: 'activate()', value: activation, unit: 'ms', limit: atMost(activation, 20, 'ms') },
        {
          name: 'dist/extension.js',
          value: entryBytes / 1024,
          unit: 'KB',
          limit: atMost(entryBytes / 1024, 250, 'KB'),
        },
        {
          name: 'loaded at activation, chunks included',
          value: loadedBytes / 1024,
          unit: 'KB',
          limit: atMost(loadedBytes / 1024, 250, 'KB'),
        },
      ],
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Milliseconds of one `activate()`, in a window of its own on the demo workspace. */
async function activationTime(scratch: string, suite: string, run: number): Promise<number> {
  const out = join(scratch, `activation-${run}.json`);
  await runTests({
    vscodeExecutablePath: join(ROOT, 'scripts', 'host', 'launcher.ts'),
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: suite,
    launchArgs: [join(ROOT, 'demo')],
    extensionTestsEnv: { PROMPTFORGE_BENCH_OUT: out, PROMPTFORGE_HOST_KEYCHAIN: 'none' },
  });
  const { activate } = JSON.parse(await readFile(out, 'utf8')) as { activate: number };
  return activate;
}
