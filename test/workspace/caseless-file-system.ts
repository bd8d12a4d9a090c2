/** A disk as macOS and Windows have it: it keeps the case of names and finds them in any. Over Node's, below one folder. */
import { basename, dirname, join, relative, sep } from 'node:path';
import { foldCase } from '../../src/core/name-case.ts';
import type { FileSystem } from '../../src/workspace/file-system.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';

export function caselessFileSystem(root: string): FileSystem {
  /** Where a path leads: each name as it is spelled there, or as it is asked for where there is none. */
  const actual = async (path: string): Promise<string> => {
    let place = root;
    for (const name of relative(root, path).split(sep).filter(Boolean)) {
      const names = ((await nodeFileSystem.list(place)) ?? []).map(entry => entry.name);
      place = join(place, names.find(each => foldCase(each) === foldCase(name)) ?? name);
    }
    return place;
  };
  return {
    readFile: async path => nodeFileSystem.readFile(await actual(path)),
    writeFile: async (path, bytes) => nodeFileSystem.writeFile(await actual(path), bytes),
    stage: async (path, bytes, like) =>
      nodeFileSystem.stage(await actual(path), bytes, like && (await actual(like))),
    createFile: async (path, bytes) => nodeFileSystem.createFile(await actual(path), bytes),
    createAll: async files => {
      const outcomes: (boolean | Error)[] = [];
      for (const { path, staged, text } of files) {
        const isThere = (await nodeFileSystem.stat(await actual(path))) !== undefined;
        const place = join(await actual(dirname(path)), basename(path));
        const file = { path: place, staged: await actual(staged), text };
        outcomes.push(...(isThere ? [false] : await nodeFileSystem.createAll([file])));
      }
      return outcomes;
    },
    createFolder: async ({ path, staged, texts }, mayBe) => {
      if ((await nodeFileSystem.stat(await actual(path))) !== undefined) return false;
      const place = join(await actual(dirname(path)), basename(path));
      return nodeFileSystem.createFolder({ path: place, staged: await actual(staged), texts }, mayBe);
    },
    flush: async paths => nodeFileSystem.flush(await Promise.all(paths.map(actual))),
    statAll: async paths => nodeFileSystem.statAll(await Promise.all(paths.map(actual))),
    makeFolder: async path => nodeFileSystem.makeFolder(await actual(path)),
    list: async folder => nodeFileSystem.list(await actual(folder)),
    stat: async path => nodeFileSystem.stat(await actual(path)),
    realpath: async path => nodeFileSystem.realpath(await actual(path)),
    delete: async path => nodeFileSystem.delete(await actual(path)),
    deleteFolder: async path => nodeFileSystem.deleteFolder(await actual(path)),
    rename: async (from, to) =>
      nodeFileSystem.rename(await actual(from), join(await actual(dirname(to)), basename(to))),
  };
}
