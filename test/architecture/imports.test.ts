/** Who may import whom: that the lint rules of biome.json catch what docs/design forbids, and let through what it allows. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../scripts/projectRoot.ts';

const ROOMS = [
  'core',
  'disk',
  'contract',
  'registry',
  'client',
  'workspace',
  'keys',
  'language',
  'language-server',
  'cli',
  'sdk',
  'editor',
];

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  disk: [],
  contract: ['core'],
  registry: ['contract', 'core', 'disk'],
  client: ['contract', 'core', 'disk'],
  keys: ['core'],
  language: ['core'],
  'language-server': ['language', 'core', 'disk', 'workspace'],
  workspace: ['core', 'disk', 'client'],
  sdk: ['contract', 'core'],
  cli: [
    'core',
    'disk',
    'contract',
    'registry',
    'client',
    'workspace',
    'keys',
    'language',
    'language-server',
    'sdk',
  ],
  editor: ['core', 'disk', 'contract', 'client', 'workspace', 'keys', 'language', 'language-server'],
};

describe('the rules for imports', () => {
  let folder: string;
  /** The files in which Biome found a forbidden import. */
  let refused: ReadonlySet<string>;
  const files = new Map<string, string>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'promptforge-imports-'));
    const config = JSON.parse(await readFile(join(ROOT, 'biome.json'), 'utf8'));
    const rules = { ...config, $schema: undefined, vcs: { enabled: false } };
    await writeFile(join(folder, 'biome.json'), JSON.stringify(rules));
    for (const from of ROOMS) {
      for (const to of ROOMS) {
        if (from === to) continue;
        const target = `../${to}/thing.ts`;
        files.set(`src/${from}/static-${to}.ts`, `import { thing } from '${target}';\nthing();\n`);
        files.set(`src/${from}/dynamic-${to}.ts`, `await import('${target}');\n`);
        files.set(
          `src/${from}/deep/type-${to}.ts`,
          `import type { Thing } from '../${target}';\nexport type It = Thing;\n`,
        );
      }
      files.set(`src/${from}/vscode.ts`, `import * as vscode from 'vscode';\nvscode.window;\n`);
      files.set(`src/${from}/root.ts`, `import { activate } from '../extension.ts';\nactivate();\n`);
      files.set(`src/${from}/own.ts`, `import { thing } from './deep/thing.ts';\nthing();\n`);
    }
    files.set('src/core/disk.ts', `import { readFile } from 'node:fs/promises';\nreadFile;\n`);
    files.set('src/editor/embedded.ts', `await import('../registry/embedded.ts');\n`);
    files.set('src/extension.ts', `import * as vscode from 'vscode';\nvscode.window;\n`);
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    refused = await filesWithForbiddenImports(folder);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  for (const from of ROOMS) {
    it(`let src/${from} import ${MAY_IMPORT[from]?.map(room => `src/${room}`).join(', ') || 'nothing of ours'} only`, () => {
      for (const to of ROOMS) {
        if (from === to) continue;
        const expected = !MAY_IMPORT[from]?.includes(to);
        for (const path of [`static-${to}.ts`, `dynamic-${to}.ts`, `deep/type-${to}.ts`]) {
          assert.equal(refused.has(`src/${from}/${path}`), expected, `src/${from}/${path}`);
        }
      }
      assert.equal(refused.has(`src/${from}/own.ts`), false);
      assert.equal(refused.has(`src/${from}/root.ts`), true);
    });
  }

  it('let nobody but the editor and the composition root know VS Code', () => {
    for (const room of ROOMS) assert.equal(refused.has(`src/${room}/vscode.ts`), room !== 'editor', room);
    assert.equal(refused.has('src/extension.ts'), false);
  });

  it('keep the core from the disk', () => {
    assert.equal(refused.has('src/core/disk.ts'), true);
  });

  it('let the editor load the embedded registry, and nothing else of the registry', () => {
    assert.equal(refused.has('src/editor/embedded.ts'), false);
  });
});

async function filesWithForbiddenImports(folder: string): Promise<ReadonlySet<string>> {
  const output = await new Promise<string>(resolve => {
    execFile(
      process.execPath,
      [
        join(ROOT, 'node_modules/@biomejs/biome/bin/biome'),
        'lint',
        '--only=style/noRestrictedImports',
        '--reporter=json',
        '--max-diagnostics=none',
        folder,
      ],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
      // The exit code is 1 where something is found, which is what is looked for.
      (_error, stdout) => resolve(stdout),
    );
  });
  const { diagnostics } = JSON.parse(output) as { diagnostics: { location: { path: unknown } }[] };
  const found = diagnostics.map(({ location }) => JSON.stringify(location.path));
  return new Set(found.map(path => /src\/[\w./-]+/.exec(path)?.[0] ?? path));
}
