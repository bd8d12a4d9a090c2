/** Measures inside a real VS Code: bundles a suite, runs it in a window, and reads its figures from a file. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

export interface Window {
  /** The folder to open; default: demo/. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs `bench/<suite>.ts` several times, each in a new window.
 * @returns the JSON that each run wrote to the file `PROMPTFORGE_BENCH_OUT`
 */
export async function inVscode(
  suite: string,
  times: number,
  { folder = join(ROOT, 'demo'), env = {} }: Window = {},
): Promise<unknown[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  try {
    const bundled = join(scratch, `${basename(suite)}.mjs`);
    await esbuild.build({
      entryPoints: [join(import.meta.dirname, `${suite}.ts`)],
      outfile: bundled,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      mainFields: ['module', 'main'],
      // CommonJS packages load Node's modules with `require`.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      external: ['vscode'],
      logLevel: 'warning',
    });
    const figures: unknown[] = [];
    for (let run = 0; run < times; run++) {
      const out = join(scratch, `${run}.json`);
      await runTests({
        vscodeExecutablePath: join(ROOT, 'scripts', 'host', 'launcher.ts'),
        extensionDevelopmentPath: ROOT,
        extensionTestsPath: bundled,
        launchArgs: [folder],
        extensionTestsEnv: { ...env, PROMPTFORGE_BENCH_OUT: out, PROMPTFORGE_HOST_KEYCHAIN: 'none' },
      });
      figures.push(JSON.parse(await readFile(out, 'utf8')));
    }
    return figures;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
