/** In the place of npm's registry: packages of this project's own node_modules, and no other. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../../scripts/projectRoot.ts';

export interface NpmRegistry extends AsyncDisposable {
  readonly url: string;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
}

export async function anNpmRegistry(packages: readonly string[]): Promise<NpmRegistry> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const name = packages.find(each => path === `/${each}` || path === `/${each}.tgz`);
    if (name === undefined) return void response.writeHead(404).end('{}');
    if (!path.endsWith('.tgz')) return void response.end(JSON.stringify(await packument(name)));
    // Without what only editors and compilers read: most of the files, and of the time to unpack them.
    const omitted = ['*.ts', '*.mts', '*.cts', '*.map'].map(pattern => `--exclude=${pattern}`);
    const tar = spawn('tar', ['-c', ...omitted, '-C', join(ROOT, 'node_modules'), name]);
    tar.stdout.pipe(response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function packument(name: string): Promise<object> {
    const manifest = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
    const { version } = manifest;
    return {
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, dist: { tarball: `${url}/${name}.tgz` } } },
    };
  }

  return {
    url,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
