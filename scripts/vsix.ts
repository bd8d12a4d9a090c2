// Packs the extension into a VSIX with vsce. `.vscodeignore` defines its contents.
//
//   node scripts/vsix.ts [--no-build]

import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { buildProduct } from './build.ts';
import { runCommand } from './host/runCommand.ts';
import { ROOT } from './projectRoot.ts';

/**
 * Packs the existing `dist/`.
 * @returns the VSIX: an absolute path
 * @throws {Error} with vsce's message if it refuses the package
 */
export async function packVsix(): Promise<string> {
  const file = join(ROOT, 'out', `promptforge-${packageJson.version}.vsix`);
  await mkdir(dirname(file), { recursive: true });
  const vsce = join(dirname(createRequire(import.meta.url).resolve('@vscode/vsce/package.json')), 'vsce');
  await runCommand(
    process.execPath,
    [
      vsce,
      'package',
      '--out',
      file,
      // There is no license file yet, and the README's links point into this repository.
      ...['--skip-license', '--allow-missing-repository', '--no-rewrite-relative-links'],
    ],
    { cwd: ROOT },
  );
  return file;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { 'no-build': { type: 'boolean', default: false } } });
  if (!values['no-build']) await buildProduct();
  console.log(`Packed ${relative(process.cwd(), await packVsix())}`);
}
