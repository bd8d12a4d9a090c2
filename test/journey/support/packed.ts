/** The VSIX as it is published, and the `promptforge` command of the same build. Built once for all journeys. */
import { join } from 'node:path';
import { buildProduct } from '../../../scripts/build.ts';
import { ROOT } from '../../../scripts/projectRoot.ts';
import { packVsix } from '../../../scripts/vsix.ts';

let packing: Promise<string> | undefined;

/** The absolute path of the VSIX. PROMPTFORGE_VSIX may name one that was packed earlier from the current `dist/`. */
export function packedExtension(): Promise<string> {
  packing ??= process.env['PROMPTFORGE_VSIX'] ? Promise.resolve(process.env['PROMPTFORGE_VSIX']) : pack();
  return packing;
}

async function pack(): Promise<string> {
  await buildProduct();
  return packVsix();
}

/** The absolute path of the command's entry file. */
export async function packedCommand(): Promise<string> {
  await packedExtension();
  return join(ROOT, 'dist', 'cli.js');
}
