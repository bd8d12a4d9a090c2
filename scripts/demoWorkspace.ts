// The demo as somebody uses it: a copy of demo/ to edit in, and an embedded registry with the demo's history. Both
// live outside the checkout, so that trying things out never dirties it.

import { createHash } from 'node:crypto';
import { cp, glob, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stopwatch } from './host/steps.mjs';
import { ROOT } from './projectRoot.ts';

const DEMO = join(ROOT, 'demo');

export type DemoPlaces = {
  /** The folder to open: an absolute path. */
  readonly workspace: string;
  /** The embedded registry's data folder: an absolute path. */
  readonly dataFolder: string;
  /** The user settings that make the extension use that registry. */
  readonly settings: Readonly<Record<string, unknown>>;
};

type Seeded = {
  /** Prompts and partials that the registry held when it was filled. */
  readonly promptCount: number;
  readonly versionCount: number;
};

export type DemoWorkspace = DemoPlaces & Seeded;

type Say = (message: string) => void;

/**
 * Where the demo in `folder` has its parts.
 * @param folder an absolute path
 */
export function demoPlaces(folder: string): DemoPlaces {
  const dataFolder = join(folder, 'registry');
  return {
    workspace: join(folder, 'workspace'),
    dataFolder,
    settings: { 'promptforge.embedded.dataFolder': dataFolder },
  };
}

/**
 * Makes the demo in `folder`, or takes what is there as it was left.
 * @param folder an absolute path
 * @param say is told what takes long
 */
export async function prepareDemo(folder: string, say: Say = () => undefined): Promise<DemoWorkspace> {
  const places = demoPlaces(folder);
  await mkdir(folder, { recursive: true });
  if (!(await exists(places.workspace))) {
    // What the registry is seeded from is not part of what a user of it sees.
    const isSeed = (path: string): boolean => path === join(DEMO, 'history');
    await cp(DEMO, places.workspace, { recursive: true, filter: path => !isSeed(path) });
  }
  return { ...places, ...(await seedOnce(folder, places.dataFolder, say)) };
}

/** Seeding loads half the product, even to find that there is nothing to do: a note beside the registry spares that. */
async function seedOnce(folder: string, dataFolder: string, say: Say): Promise<Seeded> {
  const note = join(folder, 'seeded.json');
  const digest = await digestOfDemo();
  const noted = await readFile(note, 'utf8').then(JSON.parse, () => undefined);
  if (noted?.digest === digest && (await exists(dataFolder))) return noted.seeded;
  const elapsed = stopwatch();
  say('Filling the demo registry …');
  const { seedDemo } = await import('./seed.ts');
  const seeded = await seedDemo(dataFolder, DEMO);
  await writeFile(note, `${JSON.stringify({ digest, seeded })}\n`);
  say(
    `Filled the demo registry: ${seeded.promptCount} prompts, ${seeded.versionCount} versions (${elapsed()})`,
  );
  return seeded;
}

/** Changes with every file that the registry is seeded from. */
async function digestOfDemo(): Promise<string> {
  const hash = createHash('sha256');
  const paths = await Array.fromAsync(glob('**/*.{prompt,yaml}', { cwd: DEMO }));
  for (const path of paths.sort()) hash.update(path).update(await readFile(join(DEMO, path)));
  return hash.digest('hex');
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
