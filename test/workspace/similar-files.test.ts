/** The search for what a missing partial may have meant ends, however much there is to look at. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { partialCandidates } from '../../src/core/name.ts';
import type { FileSystem, FolderEntry } from '../../src/workspace/file-system.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { similarFiles } from '../../src/workspace/similar-files.ts';
import { aWorkspace, prompt } from './a-workspace.ts';

/** A disk on which every folder holds these; how often one was listed. */
function endless(entries: readonly FolderEntry[]): { files: FileSystem; lists: () => number } {
  let lists = 0;
  const list = async () => {
    lists++;
    return entries;
  };
  const stat = async () => undefined;
  return { files: { ...nodeFileSystem, list, stat }, lists: () => lists };
}

const candidates = partialCandidates(prompt('a/b/c'), 'header');
const named = (prefix: string, count: number, kind: FolderEntry['kind']): FolderEntry[] =>
  Array.from({ length: count }, (_, index) => ({ name: `${prefix}${index}`, kind }));

describe('the search for a similar partial', () => {
  it('ends in endlessly nested folders', async () => {
    const { files, lists } = endless(named('folder', 10, 'folder'));
    assert.deepEqual(await similarFiles('/p', files, true)(candidates, 'header'), []);
    assert.ok(lists() <= 210, `${lists()} folders were listed`);
  });

  it('ends in folders with very many files', async () => {
    const { files, lists } = endless([...named('file', 20_000, 'file'), { name: 'x', kind: 'folder' }]);
    assert.deepEqual(await similarFiles('/p', files, true)(candidates, 'header'), []);
    assert.ok(lists() <= 5, `${lists()} folders were listed`);
  });

  it('looks only next to the wanted file, unless it may search all folders', async () => {
    await using workspace = await aWorkspace({ 'a/_Header.prompt': '', 'x/y/_header.prompt': '' });
    const found = (everywhere: boolean) =>
      similarFiles(workspace.root, nodeFileSystem, everywhere)(candidates, 'header');
    assert.deepEqual(await found(false), ['a/_Header']);
    assert.deepEqual(await found(true), ['a/_Header', 'x/y/_header']);
  });

  it('skips folders that cannot be listed', async () => {
    await using workspace = await aWorkspace({ 'a/_Header.prompt': '' });
    const closed = join(workspace.root, 'a', 'b');
    const files: FileSystem = {
      ...nodeFileSystem,
      list: folder => (folder === closed ? Promise.reject(new Error('EACCES')) : nodeFileSystem.list(folder)),
    };
    assert.deepEqual(await similarFiles(workspace.root, files, true)(candidates, 'header'), ['a/_Header']);
  });
});
