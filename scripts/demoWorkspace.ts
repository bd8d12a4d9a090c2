// The demo as somebody uses it: a copy of demo/ to edit in, and an embedded registry with the demo's history. Both
// live outside the checkout, so that trying things out never dirties it.

import { cp, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './projectRoot.ts';
import { seedDemo } from './seed.ts';

export type DemoWorkspace = {
  /** The folder to open: an absolute path. */
  readonly workspace: string;
  /** The embedded registry's data folder: an absolute path. */
  readonly dataFolder: string;
  readonly promptCount: number;
  readonly versionCount: number;
  /** The user settings that make the extension use that registry. */
  readonly settings: Readonly<Record<string, unknown>>;
};

/**
 * Makes the demo in `folder`, or takes what is there as it was left.
 * @param folder an absolute path
 * @param fresh whether to throw away what is there and start over
 */
export async function prepareDemo(folder: string, fresh = false): Promise<DemoWorkspace> {
  const workspace = join(folder, 'workspace');
  const dataFolder = join(folder, 'registry');
  const demo = join(ROOT, 'demo');
  if (fresh) await rm(folder, { recursive: true, force: true });
  if ((await stat(workspace).catch(() => undefined)) === undefined) {
    await mkdir(folder, { recursive: true });
    // What the registry is seeded from is not part of what a user of it sees.
    const isSeed = (path: string): boolean => path === join(demo, 'history');
    await cp(demo, workspace, { recursive: true, filter: path => !isSeed(path) });
  }
  const seeded = await seedDemo(dataFolder, demo);
  return { workspace, dataFolder, ...seeded, settings: { 'promptforge.embedded.dataFolder': dataFolder } };
}
