/** What a server that is killed leaves of its socket, and that the next start takes nothing but that away. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { privateSocket } from '../../src/registry/threads/socket.ts';
import { removeStaleSockets, SOCKET, SOCKET_FOLDER } from '../../src/registry/threads/stale-sockets.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';

const MODULE = new URL('../../src/registry/threads/socket.ts', import.meta.url);
const LONG_AGO = new Date(Date.now() - 3_600_000);

/** Windows has pipes, which end with their process. */
(process.platform === 'win32' ? describe.skip : describe)('the folder of a socket', () => {
  let folder: TemporaryFolder;
  let before: string | undefined;
  let children: ChildProcess[];

  beforeEach(async () => {
    folder = await temporaryFolder();
    before = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder.path;
    children = [];
  });
  afterEach(async () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    for (const child of children) await killed(child);
    await folder[Symbol.asyncDispose]();
  });

  const age = (name: string) => utimes(join(folder.path, name), LONG_AGO, LONG_AGO);
  const left = async () => (await readdir(folder.path)).sort();

  async function killed(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** A process that listens as a server does. @returns the name of its folder */
  async function listening(): Promise<{ child: ChildProcess; name: string }> {
    const script = `const { privateSocket } = await import(${JSON.stringify(MODULE.href)});
      const { path } = await privateSocket();
      (await import('node:net')).createServer().listen(path, () => process.stdout.write(path));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [path] = (await once(child.stdout!, 'data')) as [Buffer];
    return { child, name: basename(dirname(path.toString())) };
  }

  it('is removed at the next start when its process was killed', async () => {
    const { child, name } = await listening();
    await killed(child);
    assert.deepEqual(await left(), [name], 'a killed process leaves it');
    await age(name);
    await using next = await privateSocket();
    assert.deepEqual(await left(), [basename(dirname(next.path))]);
  });

  it('is kept while its process listens, however old it is', async () => {
    const { child, name } = await listening();
    await age(name);
    await removeStaleSockets(folder.path);
    assert.deepEqual(await left(), [name]);
    await access(join(folder.path, name, SOCKET));
    assert.equal(child.exitCode, null);
  });

  it('is kept while it is new: its process may be about to listen', async () => {
    const { child, name } = await listening();
    await killed(child);
    await mkdir(join(folder.path, `${SOCKET_FOLDER}young`));
    await removeStaleSockets(folder.path);
    assert.deepEqual(await left(), [name, `${SOCKET_FOLDER}young`].sort());
  });

  it('is removed if its process was killed before it listened', async () => {
    await mkdir(join(folder.path, `${SOCKET_FOLDER}empty`));
    await age(`${SOCKET_FOLDER}empty`);
    await removeStaleSockets(folder.path);
    assert.deepEqual(await left(), []);
  });

  it('is the only thing removed: other folders are left alone', async () => {
    const others = {
      [`${SOCKET_FOLDER}more`]: ['s', 'notes'],
      [`${SOCKET_FOLDER}file`]: ['s'],
      'promptforge-other': [],
      another: [],
    };
    for (const [name, files] of Object.entries(others)) {
      await mkdir(join(folder.path, name));
      for (const file of files) await writeFile(join(folder.path, name, file), 'Mine');
      await age(name);
    }
    await symlink(join(folder.path, 'another'), join(folder.path, `${SOCKET_FOLDER}link`));
    const closed = join(folder.path, `${SOCKET_FOLDER}closed`);
    await mkdir(closed);
    const server = createServer().listen(join(closed, SOCKET));
    await once(server, 'listening');
    await chmod(closed, 0o000);
    await age(basename(closed));
    await removeStaleSockets(folder.path);
    await removeStaleSockets(join(folder.path, 'not there'));
    assert.deepEqual(await left(), [...Object.keys(others), `${SOCKET_FOLDER}link`, basename(closed)].sort());
    await chmod(closed, 0o700);
    server.close();
  });
});
