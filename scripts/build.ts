// Builds the product: `dist/extension.js` and its threads (`dist/language-server.js`, `dist/preview-worker.js` and the
// registry's) with their chunks, `dist/cli.js` with its chunks, the scripts of the webviews in `media/`, and the client
// package in `sdk/` (buildSdk.ts). Limits the size of the code that VS Code loads at activation.
//
//   npm run build                   minified, as published
//   npm run build -- --with-tests   also the suite that runs inside VS Code
//   npm run build -- --watch        readable, without sdk/; builds again after every change, until Ctrl-C

import { chmod, glob, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { buildSdk } from './buildSdk.ts';
import { ROOT } from './projectRoot.ts';

/** The limit for the code that VS Code loads before `activate()`: the entry and its static imports. */
const ACTIVATION_LIMIT_BYTES = 250 * 1024;

// CommonJS packages load Node's modules with `require`, and write-file-atomic builds temporary names from `__filename`.
// ES modules have neither.
const REQUIRE_FOR_BUNDLED_PACKAGES =
  'import{createRequire as requireForBundle}from"node:module";var require=requireForBundle(import.meta.url),' +
  '__filename=import.meta.filename,__dirname=import.meta.dirname;';

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  splitting: true,
  platform: 'node',
  // Prefers ES modules: the UMD build of jsonc-parser loads its files in a way that bundlers cannot follow.
  mainFields: ['module', 'main'],
  target: 'node22',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
} satisfies esbuild.BuildOptions;

type Metafile = esbuild.Metafile;

/** The extension's bundle. @param readable true to skip minification */
function extensionBundle(readable: boolean): esbuild.BuildOptions & { metafile: true } {
  return {
    ...COMMON,
    // Slow work runs in threads, each with its own entry file.
    entryPoints: {
      extension: 'src/extension.ts',
      'language-server': 'src/language-server/worker.ts',
      'preview-worker': 'src/editor/preview/renderer/worker.ts',
      ...registryWorkers('chunks'),
    },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    // keytar finds its binary by a path within its own folder; VS Code provides `vscode`.
    external: ['vscode', 'keytar'],
    banner: { js: REQUIRE_FOR_BUNDLED_PACKAGES },
    minify: !readable,
    // Keeps the names of the source in stack traces and `error.name`.
    keepNames: true,
  };
}

/** The registry's workers, in the folder of the chunks: the registry looks for them next to its own file. */
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

/** The scripts of the webviews, each in the only folder that its webview may load from. */
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
 * Builds the extension, the command and the client package as published.
 * @returns the size in bytes of the code that VS Code loads at activation
 * @throws {Error} if the build fails, a size is over its limit, or a bundle contains or imports what it must not
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

/** Makes sure that only the command contains the PostgreSQL driver, because the embedded registry uses SQLite. */
function checkNoServerDatabase({ inputs }: Metafile): void {
  const stray = Object.keys(inputs).find(input =>
    /^(?:node_modules\/pg[-/]|src\/registry\/store\/postgres\/)/.test(input),
  );
  if (stray !== undefined)
    throw new Error(`The extension's bundle has ${stray}, which only the command may load.`);
}

/**
 * Makes sure that the command imports no packages, because its npm package has no dependencies (npmPackage.ts). It
 * loads keytar only if that is installed.
 */
function checkNeedsNoPackage({ outputs }: Metafile): void {
  const imports = Object.values(outputs).flatMap(output => output.imports);
  // A call of `require` is optional: packages use it to check for others, such as pg-native.
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

/** Builds the suite that runs inside VS Code into `out/extension-tests/`, with one entry per test file. */
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
      // Next to the chunks, where the registry looks for it.
      { in: 'src/registry/tasks/thread.ts', out: 'registry-worker' },
    ],
    outdir,
    external: ['vscode'],
    packages: 'external',
  });
}

/** Builds the command: `cli.js` and its chunks. @param outdir absolute, or relative to the project's root */
export async function buildCommand(outdir: string): Promise<void> {
  const { metafile } = await esbuild.build({ ...commandBundle(false), outdir });
  checkNeedsNoPackage(metafile);
  await chmod(resolve(ROOT, outdir, 'cli.js'), 0o755);
}

/** The extension's entry and the output files that it imports statically. */
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
