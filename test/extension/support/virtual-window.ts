/** A window that shows a virtual folder: beside a folder on a disk, or as its only one. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { RegistryClient } from '../../../src/client/registry-client.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../../../src/core/embedded.ts';
import { parseEnvironmentName } from '../../../src/core/environment.ts';
import type { PromptName } from '../../../src/core/name.ts';
import type { VersionNumber } from '../../../src/core/version.ts';
import { pathOf } from '../../../src/editor/files/paths.ts';
import { openEmbeddedRegistry } from '../../../src/registry/embedded.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { applied } from './edited.ts';
import { freshName } from './fresh-name.ts';
import { closeEditors, inside, run, setting } from './inside.ts';
import { MemoryFiles } from './memory-files.ts';
import { updateFolders } from './workspace-folders.ts';

export const PROJECT = '{"registry": "embedded", "prompts": "prompts"}';
export const BASE = 'First.\nMiddle.\nLast.\n';

/** For one `describe`: opens the folder before it, empties it after each test and closes it after all. */
export function virtualWindow(folder: vscode.Uri = vscode.Uri.parse('memory:/team')) {
  const files = new MemoryFiles(folder);
  const undo: (() => PromiseLike<unknown>)[] = [];
  let mara: RegistryClient;
  const pathIn = (path: string) => vscode.Uri.joinPath(folder, path).path;
  const fileOf = (name: PromptName) => pathIn(`prompts/${name}.prompt`);
  const uriOf = (name: PromptName) => vscode.Uri.joinPath(folder, 'prompts', `${name}.prompt`);
  const root = pathOf(folder);

  before(async () => {
    const provider = vscode.workspace.registerFileSystemProvider(folder.scheme, files, {
      isCaseSensitive: true,
    });
    undo.push(async () => provider.dispose());
    const { session } = (await inside()).workbench;
    const [first] = vscode.workspace.workspaceFolders ?? [];
    if (first?.uri.toString() !== folder.toString()) {
      files.put(pathIn('promptforge.json'), PROJECT); // else the window would show the other folder
      await updateFolders(1, 0, { uri: folder, name: 'team' });
      undo.push(async () => {
        if (first !== undefined) await session.show(pathOf(first.uri));
        await updateFolders(1, 1);
      });
      await session.show(root);
    }
    const data = await temporaryFolder();
    undo.push(() => data[Symbol.asyncDispose]());
    const registry = await openEmbeddedRegistry({ dataFolder: data.path, actor: 'mara.lindqvist' });
    undo.push(() => registry.close());
    const key = embeddedCredential(parseEnvironmentName('development'));
    mara = new RegistryClient({ url: EMBEDDED_ORIGIN, key, fetch: registry.fetch });
    await setting('embedded.dataFolder', data.path);
    undo.push(() => setting('embedded.dataFolder', undefined));
  });
  after(async () => {
    for (const each of undo.splice(0).reverse()) await each();
  });

  beforeEach(async () => {
    files.put(pathIn('promptforge.json'), PROJECT);
    const { workbench } = await inside();
    await workbench.prompts.refresh();
    assert.equal((await workbench.session.settled()).kind, 'connected');
    assert.equal(workbench.session.project?.root, root);
  });
  afterEach(async () => {
    files.recover();
    await closeEditors();
    files.clear();
    await (await inside()).workbench.prompts.refresh();
  });

  async function publish(name: PromptName, source: string, base: number | null = null): Promise<void> {
    await mara.publish(name, { source, message: '', base: base as VersionNumber | null });
    await run('refresh');
  }

  return {
    files,
    root,
    pathIn,
    fileOf,
    uriOf,
    publish,
    registry: () => mara,
    stateOf: async (name: PromptName) => (await inside()).workbench.prompts.listed.get(name)?.state,

    /** A prompt with one version, and its file. */
    async published(source = BASE): Promise<PromptName> {
      const name = freshName();
      await publish(name, source);
      await run('pull', {}, name);
      assert.equal(files.text(fileOf(name)), source);
      return name;
    },

    /** Changes a prompt in its editor, and saves it. */
    async edit(name: PromptName, text: string): Promise<void> {
      const document = await vscode.workspace.openTextDocument(uriOf(name));
      await vscode.window.showTextDocument(document);
      await applied(() => {
        const edit = new vscode.WorkspaceEdit();
        edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
        return edit;
      });
      await document.save();
      await (await inside()).workbench.prompts.rescan();
    },
  };
}
