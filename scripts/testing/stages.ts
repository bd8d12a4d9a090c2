// The stages of `npm test`, in the order in which they should start, and the stages that each needs.

import { glob } from 'node:fs/promises';
import { join, sep } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { NEWEST, OLDEST } from '../host/vscodeVersions.ts';
import { ROOT } from '../projectRoot.ts';

export type Stage = {
  readonly name: string;
  /** A script and its arguments, run by the project's Node in the project's root. */
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** The stages that must succeed first. */
  readonly after: readonly string[];
  /** True if it runs tests. Then running none is a failure. */
  readonly counts: boolean;
  /** True if it hardly uses the processor, like a download. */
  readonly onlyWaits?: boolean;
  /** True if it runs VS Code. Only one such stage runs at a time. */
  readonly needsWindow?: boolean;
  /** True if its last output line shows its progress. */
  readonly showsOutput?: boolean;
};

// The folders that must contain tests, the slowest first. Others are found automatically.
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
// These start the command many times: the bundled one, as users run it, which starts twice as fast as the sources.
const OF_THE_COMMAND = ['cli', 'conformance', 'examples', 'faults', 'language-server', 'postgres', 'sdk'];
// These use the keyring, VS Code's themes, or Neovim.
const NEED_HOSTS = ['keys', 'grammar', 'language-server'];
// These run in a browser.
const PAGES = ['preview', 'promotion-page'];
const RUN_TOGETHER = [
  'node_modules/mocha/bin/mocha.js',
  '--reporter',
  './scripts/testing/progressReporter.ts',
] as const;
const RUN_ALONE = ['scripts/testing/runAlone.ts'] as const;
// These run in VS Code, not in Node.
const IN_VSCODE = ['extension', 'journey'];
// These need a database cluster, root and much time, so only `npm run test:cluster` runs them.
const BY_THEMSELVES = ['cluster'];

export type StageOptions = {
  /** True to include the stages that only `npm run test:all` runs. */
  readonly everything: boolean;
  /** True to run each test alone. */
  readonly alone: boolean;
};

/** Returns all stages. */
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
    // Type-checked separately, because browser code must not use Node's types, and vice versa.
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
 * Returns the stages with these names and those that they need. `extension` also selects all stages `extension-…`.
 * @throws {Error} for an unknown name
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
