// Packs the npm package for applications and operators: the command and the client package. Its manifest has no
// dependencies and nothing of the extension, so that installing it downloads and compiles nothing else.
//
//   node scripts/npmPackage.ts [--no-build]

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { buildProduct } from './build.ts';
import { npm } from './host/npm.mjs';
import { ROOT } from './projectRoot.ts';

const FILES = ['README.md', 'CHANGELOG.md', 'dist/cli.js', 'dist/cli', 'sdk', 'ci'];

/**
 * Packs the existing `dist/` and `sdk/`.
 * @param folder receives the tarball: an absolute path, created if it does not exist
 * @returns the tarball: an absolute path
 * @throws {Error} with npm's message if it refuses the package
 */
export async function packNpm(folder: string = join(ROOT, 'out')): Promise<string> {
  const staged = await mkdtemp(join(tmpdir(), 'promptforge-npm-'));
  try {
    const withoutMaps = (path: string) => !path.endsWith('.map');
    for (const file of FILES)
      await cp(join(ROOT, file), join(staged, file), { recursive: true, filter: withoutMaps });
    await writeFile(join(staged, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
    await mkdir(folder, { recursive: true });
    await npm(['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: staged });
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
  return join(folder, `${packageJson.name}-${packageJson.version}.tgz`);
}

/** The Node that the client package supports. The command requires a newer one, which it checks itself. */
export const PACKAGE_NODE = '>=20';

function manifest(): object {
  const { name, version, description, license, type, bin, exports } = packageJson;
  return {
    ...{ name, version, description, private: packageJson.private, license, type },
    engines: { node: PACKAGE_NODE },
    ...{ bin, exports },
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { 'no-build': { type: 'boolean', default: false } } });
  if (!values['no-build']) await buildProduct();
  console.log(`Packed ${relative(process.cwd(), await packNpm())}`);
}
