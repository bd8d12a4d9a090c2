// Runs the suite in test/extension in VS Code: in the server of the given version, or in the desktop build.
//
//   node scripts/host/extensionTests.ts [1.105|1.139|desktop] [--no-keychain] [--grep PATTERN] [--no-build]
//
// With PROMPTFORGE_HOST_FOLDER=virtual, the window's folder is in a virtual file system.

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { buildExtensionTests, buildProduct } from '../build.ts';
import { ROOT } from '../projectRoot.ts';
import { hostVersion, NEWEST } from './vscodeVersions.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'no-keychain': { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    grep: { type: 'string' },
  },
});
const version = positionals.at(0) ?? NEWEST.vscode;

if (!values['no-build']) await Promise.all([buildProduct(), buildExtensionTests()]);

const scratch = await mkdtemp(join(tmpdir(), 'promptforge-suite-'));
// The suite may write to its workspace, so it gets a copy.
const workspace = join(scratch, 'workspace');
await cp(join(ROOT, 'test', 'extension', 'workspace'), workspace, { recursive: true });
// With a workspace file, a test can add a second folder without VS Code restarting its extensions.
const workspaceFile = join(scratch, 'suite.code-workspace');
const folder =
  process.env['PROMPTFORGE_HOST_FOLDER'] === 'virtual'
    ? { uri: 'memory:/team', name: 'team' }
    : { path: 'workspace' };
await writeFile(workspaceFile, JSON.stringify({ folders: [folder] }));
try {
  await runTests({
    ...(version === 'desktop' ? {} : { vscodeExecutablePath: join(import.meta.dirname, 'launcher.ts') }),
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: join(ROOT, 'out', 'extension-tests', 'run.js'),
    launchArgs: [
      workspaceFile,
      `--user-data-dir=${join(scratch, 'user-data')}`,
      `--extensions-dir=${join(scratch, 'extensions')}`,
    ],
    extensionTestsEnv: {
      ...(version === 'desktop' ? {} : { PROMPTFORGE_HOST_VERSION: hostVersion(version).vscode }),
      ...(values['no-keychain'] ? { PROMPTFORGE_HOST_KEYCHAIN: 'none' } : {}),
      ...(values.grep === undefined ? {} : { PROMPTFORGE_TEST_GREP: values.grep }),
    },
  });
} catch (error) {
  if (!(error instanceof TestRunFailedError)) throw error;
  process.exitCode = error.code ?? 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
