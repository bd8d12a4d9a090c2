// Builds what ships: `dist/extension.js` and the threads it starts (`dist/language-server.js`,
// `dist/preview-worker.js`, the registry's) with their chunks, and
// `dist/cli.js` with its own, and what applications import into `sdk/` (buildSdk.ts), and holds the size of what VS Code
// loads at activation to its limit.
//
//   npm run build             minified, as it ships
//   npm run build -- --with-tests  and the suite that runs inside VS Code
//   npm run build -- --watch  readable, again after every change, until Ctrl-C

import { chmod, glob, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { buildSdk } from './buildSdk.ts';
import { ROOT } from './projectRoot.ts';

/** What VS Code reads before `activate()` can run: the entry and all that it imports statically. */
const ACTIVATION_LIMIT_BYTES = 250 * 1024;

// CommonJS packages ask for Node's own modules through `require`, and write-file-atomic makes its temporary names
// from `__filename`: an ES module has neither.
const REQUIRE_FOR_BUNDLED_PACKAGES =
  'import{createRequire as requireForBundle}from"node:module";var require=requireForBundle(import.meta.url),' +
  '__filename=import.meta.filename,__dirname=import.meta.dirname;';

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  splitting: true,
  platform: 'node',
  // A package's ES module first: the other one of jsonc-parser (UMD) asks for its files in a way that no bundler sees.
  mainFields: ['module', 'main'],
  target: 'node22',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
} satisfies esbuild.BuildOptions;

type Metafile = esbuild.Metafile;

/** The extension's bundle; `readable` keeps names and lines as they were written. */
function extensionBundle(readable: boolean): esbuild.BuildOptions & { metafile: true } {
  return {
    ...COMMON,
    // What takes long runs in threads of their own, each of which has its own file to begin with.
    entryPoints: {
      extension: 'src/extension.ts',
      'language-server': 'src/language-server/worker.ts',
      'preview-worker': 'src/editor/preview/renderer/worker.ts',
      ...registryWorkers('chunks'),
    },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    // keytar finds its prebuilt binary by a path that only exists in its own folder; vscode is the host.
    external: ['vscode', 'keytar'],
    banner: { js: REQUIRE_FOR_BUNDLED_PACKAGES },
    minify: !readable,
    // Stack traces and `error.name` say what the source says.
    keepNames: true,
  };
}

/** The registry's workers, in the folder of the chunks: the registry looks beside the file that holds it. */
function registryWorkers(chunks: string): Record<string, string> {
  return {
    [`${chunks}/registry-worker`]: 'src/registry/tasks/thread.ts',
  };
}

function commandBundle(readable: boolean): esbuild.BuildOptions & { metafile: true } {
  return {
    ...extensionBundle(readable),
    entryPoints: {
      cli: 'src/cli/main.ts',
      ...registryWorkers('cli'),
      'cli/delivery-thread': 'src/registry/threads/delivery-thread.ts',
      'cli/ranges-thread': 'src/registry/proof/ranges-thread.ts',
    },
    chunkNames: 'cli/[name]-[hash]',
    external: ['keytar'],
  };
}

/** The scripts of the pages: each runs in a browser, from the one folder that its page may load from. */
function pageBundle(readable: boolean): esbuild.BuildOptions {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    logLevel: 'warning',
    entryPoints: {
      'preview/preview': 'src/editor/preview/webview/main.ts',
      'promotion/promotion': 'src/editor/promotion-page/webview/main.ts',
    },
    outdir: 'media',
    minify: !readable,
  };
}

/**
 * Builds the extension and the command as they ship.
 * @returns the size in bytes of what VS Code loads at activation
 * @throws {Error} when it does not build, activation would load more than 250 KB, or the extension holds a driver of PostgreSQL
 */
export async function buildProduct(): Promise<number> {
  await rm(join(ROOT, 'dist'), { recursive: true, force: true });
  const [extension] = await Promise.all([
    esbuild.build(extensionBundle(false)),
    buildCommand('dist'),
    esbuild.build(pageBundle(false)),
    buildSdk(),
  ]);
  checkNoServerDatabase(extension.metafile);
  const loaded = loadedAtActivation(extension.metafile);
  const size = loaded.reduce((sum, file) => sum + (extension.metafile.outputs[file]?.bytes ?? 0), 0);
  if (size > ACTIVATION_LIMIT_BYTES) {
    throw new Error(
      `Activation loads ${kilobytes(size)}, more than ${kilobytes(ACTIVATION_LIMIT_BYTES)}. ` +
        `Import what only some use needs with import(). The largest parts:\n${largestInputs(extension.metafile, loaded)}`,
    );
  }
  return size;
}

/** The embedded registry keeps a file: what speaks to a database on a server belongs to the command alone. */
function checkNoServerDatabase({ inputs }: Metafile): void {
  const stray = Object.keys(inputs).find(input =>
    /^(?:node_modules\/pg[-/]|src\/registry\/store\/postgres\/)/.test(input),
  );
  if (stray !== undefined)
    throw new Error(`The extension's bundle has ${stray}, which only the command may load.`);
}

/**
 * The npm package installs the command without any other package (npmPackage.ts). The keychain library is loaded where it
 * is there.
 */
function checkNeedsNoPackage({ outputs }: Metafile): void {
  const imports = Object.values(outputs).flatMap(output => output.imports);
  // What a package requires only to see whether it is there, such as pg-native, is a call of `require`.
  const stray = imports.find(
    ({ path, external, kind }) =>
      external &&
      kind !== 'require-call' &&
      !(path === 'keytar' && kind === 'dynamic-import') &&
      !isBuiltin(path),
  );
  if (stray !== undefined)
    throw new Error(`The command imports ${stray.path}, which its npm package does not install.`);
}

/** Builds the suite that runs inside VS Code into `out/extension-tests/`, one file a test file. */
export async function buildExtensionTests(): Promise<void> {
  const outdir = 'out/extension-tests';
  await rm(join(ROOT, outdir), { recursive: true, force: true });
  const tests = await Array.fromAsync(glob('test/extension/**/*.test.ts', { cwd: ROOT }));
  await esbuild.build({
    ...COMMON,
    entryPoints: [
      ...['test/extension/run.ts', ...tests].map(test => ({
        in: test,
        out: relative('test/extension', test).replace(/\.ts$/, ''),
      })),
      // Beside the chunks, where the registry looks for it.
      { in: 'src/registry/tasks/thread.ts', out: 'registry-worker' },
    ],
    outdir,
    external: ['vscode'],
    packages: 'external',
  });
}

/** Builds the command into `outdir`, absolute or from the project's root: `cli.js` and its chunks. */
export async function buildCommand(outdir: string): Promise<void> {
  const { metafile } = await esbuild.build({ ...commandBundle(false), outdir });
  checkNeedsNoPackage(metafile);
  await chmod(resolve(ROOT, outdir, 'cli.js'), 0o755);
}

/** The output files that the entry imports statically, itself included. */
function loadedAtActivation(metafile: Metafile): string[] {
  const loaded = new Set<string>();
  const visit = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const each of metafile.outputs[file]?.imports ?? []) {
      if (each.kind === 'import-statement' && !each.external) visit(each.path);
    }
  };
  visit('dist/extension.js');
  return [...loaded];
}

function largestInputs(metafile: Metafile, files: readonly string[]): string {
  const sizes = new Map<string, number>();
  for (const file of files) {
    for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[file]?.inputs ?? {})) {
      const owner = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? input;
      sizes.set(owner, (sizes.get(owner) ?? 0) + bytesInOutput);
    }
  }
  const largest = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, 10);
  return largest.map(([owner, bytes]) => `  ${kilobytes(bytes).padStart(9)}  ${owner}`).join('\n');
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

async function watch(): Promise<void> {
  const bundles: esbuild.BuildOptions[] = [extensionBundle(true), commandBundle(true), pageBundle(true)];
  const contexts = await Promise.all(bundles.map(bundle => esbuild.context({ ...bundle, logLevel: 'info' })));
  await Promise.all(contexts.map(context => context.watch()));
  const ended = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.resolve());
  await ended.promise;
  await Promise.all(contexts.map(context => context.dispose()));
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      watch: { type: 'boolean', default: false },
      'with-tests': { type: 'boolean', default: false },
    },
  });
  if (values.watch) await watch();
  else {
    const started = Date.now();
    const [size] = await Promise.all([
      buildProduct(),
      values['with-tests'] ? buildExtensionTests() : undefined,
    ]);
    const dist = relative(process.cwd(), join(ROOT, 'dist')) || '.';
    console.log(`Built ${dist} in ${Date.now() - started} ms; activation loads ${kilobytes(size)}.`);
  }
}
