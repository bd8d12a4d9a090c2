/** The explorer over ten thousand prompts, in a real VS Code: its first level after the list has arrived. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';
import type { Measured } from './explorer-suite.ts';
import { atMost, median, type Report } from './report.ts';

const ROOT = join(import.meta.dirname, '..');

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  try {
    const suite = join(scratch, 'explorer-suite.mjs');
    await esbuild.build({
      entryPoints: [join(import.meta.dirname, 'explorer-suite.ts')],
      outfile: suite,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      external: ['vscode'],
      logLevel: 'warning',
    });
    const out = join(scratch, 'explorer.json');
    await runTests({
      vscodeExecutablePath: join(ROOT, 'scripts', 'host', 'launcher.ts'),
      extensionDevelopmentPath: ROOT,
      extensionTestsPath: suite,
      launchArgs: [join(ROOT, 'demo')],
      extensionTestsEnv: { PROMPTFORGE_BENCH_OUT: out, PROMPTFORGE_HOST_KEYCHAIN: 'none' },
    });
    const { folders, flat } = JSON.parse(await readFile(out, 'utf8')) as Measured;
    return {
      title: 'Explorer, 10 000 prompts: first level after the list has arrived',
      figures: [
        figure('in 40 folders', median(folders)),
        figure('in 40 folders, the first time', folders[0] ?? Number.NaN),
        figure('all in one folder', median(flat)),
        figure('all in one folder, the first time', flat[0] ?? Number.NaN),
      ],
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function figure(name: string, value: number): Report['figures'][number] {
  return { name, value, unit: 'ms', limit: atMost(value, 150, 'ms') };
}
