// What `npm test` consists of, in the order in which it is worth starting, and what each part waits for.

import { glob } from 'node:fs/promises';
import { join, sep } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { NEWEST, OLDEST } from '../host/vscodeVersions.ts';
import { ROOT } from '../projectRoot.ts';

export type Stage = {
  readonly name: string;
  /** Run by the project's Node, from the project's root: a script and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** The stages that must have succeeded before. */
  readonly after: readonly string[];
  /** True if it runs tests of its own; then running none is a failure. */
  readonly counts: boolean;
  /** True if it leaves the processor to others, as a download does. */
  readonly onlyWaits?: boolean;
  /** True if it keeps a whole VS Code busy: one such stage runs at a time. */
  readonly needsWindow?: boolean;
  /** True if the last line that it printed says how far it is. */
  readonly showsOutput?: boolean;
};

// The folders that must hold tests, whatever else may come; the slowest first.
const ROOMS = [
  'faults',
  'registry',
  'cli',
  'postgres',
  'examples',
  'attack',
  'workspace',
  'testing',
  'core',
  'language',
  'client',
  'contract',
  'keys',
  'editor',
  'grammar',
  'sdk',
];
// They start the command many times: as it ships, which starts in half the time of the sources, and is what users run.
const OF_THE_COMMAND = ['cli', 'conformance', 'examples', 'faults', 'language-server', 'postgres', 'sdk'];
// They use the keyring, the themes of VS Code, or Neovim.
const NEED_HOSTS = ['keys', 'grammar', 'language-server'];
// They run in a browser.
const PAGES = ['preview', 'promotion-page'];
const RUN_TOGETHER = [
  'node_modules/mocha/bin/mocha.js',
  '--reporter',
  './scripts/testing/progressReporter.ts',
] as const;
const RUN_ALONE = ['scripts/testing/runAlone.ts'] as const;
// They run in a VS Code, not in plain Node.
const IN_VSCODE = ['extension', 'journey'];
// They take a cluster of three databases, root and half an hour: `npm run test:cluster`.
const BY_THEMSELVES = ['cluster'];

export type StageOptions = {
  /** True if those of `npm run test:all` are among them, and the others leave nothing out. */
  readonly everything: boolean;
  /** True if each test is to run by itself. */
  readonly alone: boolean;
};

/** All stages. */
export async function allStages({ everything, alone }: StageOptions): Promise<Stage[]> {
  const room = (name: string, after: readonly string[]): Stage => ({
    name,
    command: [...(alone ? RUN_ALONE : RUN_TOGETHER), `test/${name}/**/*.test.ts`],
    after,
    counts: true,
  });
  const rooms = new Set(ROOMS);
  for await (const file of glob('test/*/**/*.test.ts', { cwd: ROOT })) {
    const room = file.split(sep)[1];
    if (room !== undefined && ![...IN_VSCODE, ...BY_THEMSELVES].includes(room)) rooms.add(room);
  }
  const vsix = join(ROOT, 'out', `promptforge-${packageJson.version}.vsix`);
  return [
    { ...step('hosts', ['scripts/host/prepare.ts']), onlyWaits: true, showsOutput: true },
    step('build', ['scripts/build.ts', '--with-tests']),
    step('package', ['scripts/vsix.ts', '--no-build'], ['build']),
    inVscode('extension-newest', NEWEST.vscode),
    { ...room('journey', ['hosts', 'package']), env: { PROMPTFORGE_VSIX: vsix }, needsWindow: true },
    ...(everything
      ? [
          inVscode('extension-oldest', OLDEST.vscode),
          inVscode('extension-virtual', NEWEST.vscode, { PROMPTFORGE_HOST_FOLDER: 'virtual' }),
        ]
      : []),
    inVscode('extension-untrusted', NEWEST.vscode, { PROMPTFORGE_HOST_TRUST: 'ask' }),
    step('lint', ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.']),
    step('types', ['node_modules/typescript/bin/tsc', '--noEmit']),
    // What runs in a browser knows no Node, and the other way round.
    ...PAGES.map(page =>
      step(`types-${page}`, [
        'node_modules/typescript/bin/tsc',
        '--noEmit',
        '-p',
        `src/editor/${page}/webview`,
      ]),
    ),
    ...(everything ? [step('fuzz', ['scripts/fuzz.ts'])] : []),
    ...[...rooms].map(name =>
      OF_THE_COMMAND.includes(name)
        ? {
            ...room(name, ['build', ...(NEED_HOSTS.includes(name) ? ['hosts'] : [])]),
            env: { PROMPTFORGE_MAIN: join(ROOT, 'dist', 'cli.js') },
          }
        : room(name, NEED_HOSTS.includes(name) ? ['hosts'] : []),
    ),
  ];
}

/**
 * The stages that these names mean, and what those wait for. `extension` means every stage that begins so.
 * @throws {Error} for a name that is none
 */
export function select(stages: readonly Stage[], names: readonly string[]): Stage[] {
  if (names.length === 0) return [...stages];
  const wanted = new Set<string>();
  const add = (stage: Stage): void => {
    wanted.add(stage.name);
    for (const each of stages) if (stage.after.includes(each.name)) add(each);
  };
  for (const name of names) {
    const meant = stages.filter(stage => stage.name === name || stage.name.startsWith(`${name}-`));
    if (meant.length === 0) {
      throw new Error(`No stage "${name}". There are: ${stages.map(stage => stage.name).join(', ')}.`);
    }
    meant.forEach(add);
  }
  return stages.filter(stage => wanted.has(stage.name));
}

/** A script that succeeds or fails as a whole. */
function step(name: string, command: Stage['command'], after: readonly string[] = []): Stage {
  return { name, command, after, counts: false };
}

function inVscode(name: string, version: string, env: Readonly<Record<string, string>> = {}): Stage {
  return {
    name,
    command: ['scripts/host/extensionTests.ts', version, '--no-build'],
    env,
    after: ['hosts', 'build'],
    counts: true,
    needsWindow: true,
  };
}
