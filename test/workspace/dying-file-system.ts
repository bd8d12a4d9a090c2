/** A disk whose process is killed at its n-th change, or that is full from then on. Over Node's. */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSystem } from '../../src/workspace/file-system.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';

/** Where in the change: before it, with half of it done where it can be, or after it. */
export const MOMENTS = ['before', 'halfway', 'after'] as const;
export type Moment = (typeof MOMENTS)[number];

export interface Steps {
  /** Counts one more; throws, or never returns, when it is the one at which the process dies. */
  readonly step: <T>(work: () => Promise<T>, half?: () => Promise<unknown>) => Promise<T>;
  /** The number taken. */
  readonly taken: () => number;
  readonly isDead: () => boolean;
}

/** @param kill ends the process, or throws and lets nothing more happen */
export function stepsUntil(at: number, moment: Moment, kill: () => never): Steps {
  let taken = 0;
  let isDead = false;
  const die = (): never => {
    isDead = true;
    return kill();
  };
  return {
    taken: () => taken,
    isDead: () => isDead,
    async step(work, half) {
      if (isDead) kill();
      taken += 1;
      if (taken !== at) {
        const done = await work();
        if (isDead) kill();
        return done;
      }
      if (moment === 'halfway') await half?.();
      if (moment === 'after') await work();
      return die();
    },
  };
}

export function dyingFileSystem({ step, isDead }: Steps): FileSystem {
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isDead()) throw new Error('killed');
    return work();
  };
  const node = nodeFileSystem;
  const half = (bytes: Uint8Array) => bytes.subarray(0, Math.floor(bytes.length / 2));
  return {
    readFile: path => alive(() => node.readFile(path)),
    list: path => alive(() => node.list(path)),
    stat: path => alive(() => node.stat(path)),
    statAll: paths => alive(() => node.statAll(paths)),
    realpath: path => alive(() => node.realpath(path)),
    // Nothing of ours may rely on it being whole.
    writeFile: (path, bytes) =>
      step(
        () => node.writeFile(path, bytes),
        () => writeFile(path, half(bytes)),
      ),
    stage: (path, bytes, like) =>
      step(
        () => node.stage(path, bytes, like),
        () => node.stage(path, half(bytes), like),
      ),
    createFile: (path, bytes) =>
      step(
        () => node.createFile(path, bytes),
        () => node.createFile(path, half(bytes)),
      ),
    createAll: async files => {
      const outcomes: (boolean | Error)[] = [];
      for (const file of files)
        outcomes.push(
          ...(await step(
            () => node.createAll([file]),
            () => node.stage(file.staged, half(Buffer.from(file.text))),
          )),
        );
      return outcomes;
    },
    createFolder: (folder, mayBe) =>
      step(
        () => node.createFolder(folder, mayBe),
        async () => {
          for (const [name, text] of folder.texts)
            await node.stage(join(folder.staged, name), half(Buffer.from(text)));
        },
      ),
    flush: paths => step(() => node.flush(paths)),
    makeFolder: path => step(() => node.makeFolder(path)),
    delete: path => step(() => node.delete(path)),
    deleteFolder: path => step(() => node.deleteFolder(path)),
    rename: (from, to) => step(() => node.rename(from, to)),
  };
}

/** From its n-th change on no byte more fits on it. */
export function fullFileSystem(at: number): FileSystem & { readonly taken: () => number } {
  let taken = 0;
  const full = async <T>(work: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> => {
    taken += 1;
    if (taken < at) return work();
    await half?.();
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  const node = nodeFileSystem;
  return {
    ...node,
    taken: () => taken,
    writeFile: (path, bytes) => full(() => node.writeFile(path, bytes)),
    stage: (path, bytes, like) =>
      full(
        () => node.stage(path, bytes, like),
        () => node.stage(path, bytes.subarray(0, 1), like),
      ),
    createFile: (path, bytes) => full(() => node.createFile(path, bytes)),
    createAll: async files => {
      const outcomes: (boolean | Error)[] = [];
      for (const file of files)
        outcomes.push(...(await full(() => node.createAll([file])).catch((error: Error) => [error])));
      return outcomes;
    },
    createFolder: (folder, mayBe) =>
      full(() => node.createFolder(folder, mayBe)).catch((error: Error) => error),
    makeFolder: path => full(() => node.makeFolder(path)),
  };
}

/** What a killed process of this test leaves in `.promptforge` belongs to a process that is gone. */
export async function orphan(root: string): Promise<void> {
  const local = join(root, '.promptforge');
  const gone = (name: string) => name.replace(/^\d+@/, '99999999@');
  for (const folder of ['journal', 'staged']) {
    const names = await readdir(join(local, folder)).catch(() => []);
    for (const name of names) await rename(join(local, folder, name), join(local, folder, gone(name)));
  }
  const guard = await readFile(join(local, 'lock'), 'utf8').catch(() => undefined);
  if (guard !== undefined) await writeFile(join(local, 'lock'), gone(guard));
}
