// Creates the demo: a copy of demo/ to edit, and an embedded registry with the demo's history. Both are outside the
// checkout, so that trying the demo never changes it.

import { createHash } from 'node:crypto';
import { cp, glob, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stopwatch } from './host/steps.mjs';
import { ROOT } from './projectRoot.ts';

const DEMO = join(ROOT, 'demo');
/** The year of demo/history/history.yaml, unless `readHistory` moves it back. */
const YEAR_OF_HISTORY = '2026';

/** The folder of the demo's second extension, which reads `guide.json`: an absolute path. */
export const DEMO_GUIDE = join(ROOT, 'scripts', 'demoGuide');
/** The prompt that is open when the demo starts for the first time. */
const FIRST_PROMPT = 'prompts/fees/transfer-estimate.prompt';
/** The people to switch between in the demo with a team. It starts as the first one. */
const TEAM = [
  { actor: 'tomas.berg', name: 'Tomas Berg', does: 'Reviews what others want to put live in production' },
  { actor: 'jonas.weber', name: 'Jonas Weber', does: 'Writes prompts, and requests their promotion' },
];

/** In the demo `team`, production requires the approval of another person, and a promotion waits for one. */
export type DemoKind = 'alone' | 'team';

export type DemoPlaces = {
  /** The folder to open: an absolute path. */
  readonly workspace: string;
  /** The embedded registry's data folder: an absolute path. */
  readonly dataFolder: string;
  /** The user settings that make the extension use that registry. */
  readonly settings: Readonly<Record<string, unknown>>;
};

type Seeded = {
  /** The number of prompts and partials in the registry after seeding. */
  readonly promptCount: number;
  readonly versionCount: number;
};

export type DemoWorkspace = DemoPlaces & Seeded;

type Say = (message: string) => void;

/**
 * The paths and settings of the demo in `folder`.
 * @param folder an absolute path
 */
export function demoPlaces(folder: string, kind: DemoKind = 'alone'): DemoPlaces {
  const dataFolder = join(folder, 'registry');
  return {
    workspace: join(folder, 'workspace'),
    dataFolder,
    settings: {
      'promptforge.embedded.dataFolder': dataFolder,
      ...(kind === 'team' && { 'promptforge.embedded.actor': TEAM[0]?.actor }),
    },
  };
}

/**
 * Creates the demo in `folder`, or keeps what already exists.
 * @param folder an absolute path
 * @param say called with the progress
 */
export async function prepareDemo(
  folder: string,
  say: Say = () => undefined,
  kind: DemoKind = 'alone',
): Promise<DemoWorkspace> {
  const places = demoPlaces(folder, kind);
  await mkdir(folder, { recursive: true });
  const guide = { prompt: FIRST_PROMPT, people: kind === 'team' ? TEAM : [] };
  await writeFile(join(folder, 'guide.json'), JSON.stringify(guide));
  if (!(await exists(places.workspace))) await makeWorkspace(places.workspace, kind);
  return { ...places, ...(await seedOnce(folder, places.dataFolder, kind, say)) };
}

/** Creates the workspace in a temporary folder and renames it, so that an interrupted run leaves no incomplete one. */
async function makeWorkspace(workspace: string, kind: DemoKind): Promise<void> {
  const unfinished = `${workspace}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  // Leaves out the files that seed the registry, which users do not see.
  const apart = [join(DEMO, 'history'), join(DEMO, 'team')];
  await cp(DEMO, unfinished, { recursive: true, filter: path => !apart.includes(path) });
  const tour = kind === 'team' ? join(DEMO, 'team', 'README.md') : join(DEMO, 'README.md');
  const { readHistory } = await import('./demoHistory.ts');
  const [first] = await readHistory(DEMO, new Date());
  const year = first?.at.slice(0, 4) ?? YEAR_OF_HISTORY;
  const text = (await readFile(tour, 'utf8')).replaceAll(`${YEAR_OF_HISTORY}-`, `${year}-`);
  await writeFile(join(unfinished, 'README.md'), text);
  await rename(unfinished, workspace);
}

/** Seeds the registry, unless `seeded.json` shows that it is up to date: checking that by seeding loads much code. */
async function seedOnce(folder: string, dataFolder: string, kind: DemoKind, say: Say): Promise<Seeded> {
  const note = join(folder, 'seeded.json');
  const digest = await digestOfDemo();
  const noted = await readFile(note, 'utf8').then(JSON.parse, () => undefined);
  if (noted?.digest === digest && (await exists(dataFolder))) return noted.seeded;
  const elapsed = stopwatch();
  say('Filling the demo registry …');
  const { seedDemo } = await import('./seed.ts');
  const seeded = await seedDemo(dataFolder, DEMO);
  if (kind === 'team') await (await import('./seedTeam.ts')).seedTeam(dataFolder);
  await writeFile(note, `${JSON.stringify({ digest, seeded })}\n`);
  say(
    `Filled the demo registry: ${seeded.promptCount} prompts, ${seeded.versionCount} versions (${elapsed()})`,
  );
  return seeded;
}

/** A digest of all files that the registry is seeded from. */
async function digestOfDemo(): Promise<string> {
  const hash = createHash('sha256');
  const paths = await Array.fromAsync(glob('**/*.{prompt,yaml}', { cwd: DEMO }));
  for (const path of paths.sort()) hash.update(path).update(await readFile(join(DEMO, path)));
  return hash.digest('hex');
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
