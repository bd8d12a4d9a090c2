/** Listing the prompt files of a folder. */
import assert from 'node:assert/strict';
import { listPromptFiles } from '../../src/language-server/prompt-files.ts';
import type { FolderEntry } from '../../src/workspace/file-system.ts';

describe('the prompt files of a folder', () => {
  it('are listed from the top, in a limited number of folders', async () => {
    const listed: string[] = [];
    // Folders without end, each with a prompt and two more folders.
    const files = {
      readFile: async () => undefined,
      stat: async () => undefined,
      realpath: async (path: string) => path,
      async list(path: string): Promise<FolderEntry[]> {
        listed.push(path);
        return [
          { name: 'own.prompt', kind: 'file' },
          { name: 'one', kind: 'folder' },
          { name: 'two', kind: 'folder' },
        ];
      },
    };
    const found = await listPromptFiles('/team', files, 4);
    assert.deepEqual(listed, ['/team', '/team/one', '/team/two', '/team/one/one']);
    assert.deepEqual(
      found.map(({ name }) => name),
      ['own', 'one/own', 'two/own', 'one/one/own'],
    );
  });
});
