/** What ships, as it ships: the VSIX, and the `promptforge` command of the same build. Made once for all journeys. */
import { join } from 'node:path';
import { buildProduct } from '../../../scripts/build.ts';
import { ROOT } from '../../../scripts/projectRoot.ts';
import { packVsix } from '../../../scripts/vsix.ts';

let packing: Promise<string> | undefined;

/** The VSIX: an absolute path. PROMPTFORGE_VSIX names one that was packed before, from the `dist/` that is there. */
export function packedExtension(): Promise<string> {
  packing ??= process.env['PROMPTFORGE_VSIX'] ? Promise.resolve(process.env['PROMPTFORGE_VSIX']) : pack();
  return packing;
}

async function pack(): Promise<string> {
  await buildProduct();
  return packVsix();
}

/** The command's entry: an absolute path. */
export async function packedCommand(): Promise<string> {
  await packedExtension();
  return join(ROOT, 'dist', 'cli.js');
}
