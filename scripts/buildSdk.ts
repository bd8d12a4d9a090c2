// Builds the client package for applications ("exports" in package.json) into `sdk/`: ES modules and their types.
// Limits the size of each module.
//
//   node scripts/buildSdk.ts

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { runCommand } from './host/runCommand.ts';
import { ROOT } from './projectRoot.ts';

const KIB = 1024;

/** The maximum size of each entry with the client that it imports: bytes, compressed with gzip. */
const LIMITS: Readonly<Record<string, number>> = {
  client: 8 * KIB,
  render: 40 * KIB,
  'file-storage': 9 * KIB,
  testing: 10 * KIB,
  openai: 12 * KIB,
  anthropic: 12 * KIB,
  ai: 12 * KIB,
  google: 12 * KIB,
  langchain: 12 * KIB,
};

/** Modules that the client imports when they are first needed. */
const LOADED_LATER = ['batch', 'watch', 'stored', 'render-remotely'];
/** Modules that the other files import from `client.js`. */
const OF_CLIENT = ['./client.ts', './errors.ts'];

export interface SdkSizes {
  /** Bytes, compressed with gzip. */
  readonly [entry: string]: number;
}

/**
 * @param outdir relative to the project's root
 * @returns the size of each entry
 * @throws {Error} if an entry is larger than its limit, or imports another package
 */
export async function buildSdk(outdir = 'sdk'): Promise<SdkSizes> {
  const target = join(ROOT, outdir);
  await rm(target, { recursive: true, force: true });
  const [sizes] = await Promise.all([bundle(target), types(join(target, 'types'))]);
  return sizes;
}

/** Measures the sizes without writing files. */
export async function sdkSizes(): Promise<SdkSizes> {
  return bundle(undefined);
}

async function bundle(target: string | undefined): Promise<SdkSizes> {
  const [client, others] = await Promise.all([
    built(['client'], []),
    built([...Object.keys(LIMITS).filter(name => name !== 'client'), ...LOADED_LATER], OF_CLIENT),
  ]);
  const files = new Map([...client, ...others]);
  if (target !== undefined) {
    await mkdir(target, { recursive: true });
    for (const [name, contents] of files) await writeFile(join(target, `${name}.js`), contents);
  }
  const sizes: Record<string, number> = {};
  for (const [name, limit] of Object.entries(LIMITS)) {
    const own = compressed(files, name);
    const size = name === 'client' ? own : own + compressed(files, 'client');
    if (size > limit)
      throw new Error(`${name}.js has ${size} bytes compressed, more than ${limit}. Make it smaller.`);
    sizes[name] = size;
  }
  return sizes;
}

function compressed(files: ReadonlyMap<string, Uint8Array>, name: string): number {
  return gzipSync(files.get(name) ?? '', { level: 9 }).byteLength;
}

/**
 * Bundles each entry into one file: repeating a few functions takes less space than shared chunks.
 * @param ofClient modules to import from `client.js` instead, so that there is only one error class
 */
async function built(
  entries: readonly string[],
  ofClient: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: entries.map(name => `src/sdk/${name}.ts`),
    outdir: join(ROOT, 'sdk'),
    bundle: true,
    format: 'esm',
    // Runs in browsers and workers, without Node. Only the file storage imports Node's modules, with the prefix
    // `node:`.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['node:*'],
    target: 'es2022',
    minify: true,
    // For an uncaught error, Node prints the line that threw it. A very long line would hide the message.
    lineLimit: 300,
    plugins: [ownFiles(ofClient)],
    write: false,
    logLevel: 'warning',
  });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path, '.js'), contents]));
}

function ownFiles(ofClient: readonly string[]): esbuild.Plugin {
  const resolved = Symbol('resolved');
  return {
    name: 'own-files',
    setup(build) {
      build.onResolve(
        { filter: /^\.\.?\/.*\.ts$/ },
        async ({ path, importer, resolveDir, kind, pluginData }) => {
          if (pluginData === resolved) return undefined;
          if (kind === 'dynamic-import') return { path: path.replace(/\.ts$/, '.js'), external: true };
          if (ofClient.includes(path)) return { path: './client.js', external: true };
          // Our modules have no side effects, so unused parts can be removed.
          const options = { importer, resolveDir, kind, pluginData: resolved };
          return { ...(await build.resolve(path, options)), sideEffects: false };
        },
      );
    },
  };
}

/** Writes the types of src/sdk, which use no types of other folders or packages. */
async function types(target: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-sdk-types-'));
  try {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    await runCommand(process.execPath, [tsc, '-p', 'src/sdk', '--outDir', folder], { cwd: ROOT });
    await cp(join(folder, 'sdk'), target, { recursive: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const sizes = await buildSdk();
  for (const [name, size] of Object.entries(sizes))
    console.log(`${`${name}.js`.padEnd(16)} ${(size / KIB).toFixed(1)} KiB compressed`);
}
