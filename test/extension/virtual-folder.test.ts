// A window whose folders are on no disk: it says so, and neither reads nor writes there.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { inside, run } from './support/inside.ts';
import { told } from './support/shown.ts';

/** A file system in memory, with a note of every change that somebody asks for. */
class MemoryFiles implements vscode.FileSystemProvider {
  readonly changes: string[] = [];
  readonly reads: string[] = [];
  readonly #files: ReadonlyMap<string, string>;
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  constructor(files: Readonly<Record<string, string>>) {
    this.#files = new Map(Object.entries(files));
  }
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }
  stat({ path }: vscode.Uri): vscode.FileStat {
    const text = this.#files.get(path);
    if (text !== undefined) return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: text.length };
    if (this.#inside(path).length === 0) throw vscode.FileSystemError.FileNotFound(path);
    return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
  }
  readDirectory({ path }: vscode.Uri): [string, vscode.FileType][] {
    const names = new Set(
      this.#inside(path).map(each => each.slice(path.length + 1).split('/')[0] as string),
    );
    return [...names].map(name => [
      name,
      this.#files.has(`${path}/${name}`) ? vscode.FileType.File : vscode.FileType.Directory,
    ]);
  }
  readFile({ path }: vscode.Uri): Uint8Array {
    this.reads.push(path);
    const text = this.#files.get(path);
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(path);
    return Buffer.from(text);
  }
  writeFile = ({ path }: vscode.Uri) => void this.changes.push(path);
  createDirectory = ({ path }: vscode.Uri) => void this.changes.push(path);
  delete = ({ path }: vscode.Uri) => void this.changes.push(path);
  rename = ({ path }: vscode.Uri) => void this.changes.push(path);

  #inside(folder: string): string[] {
    return [...this.#files.keys()].filter(path => path.startsWith(`${folder}/`));
  }
}

describe('a window with only virtual folders', () => {
  const files = new MemoryFiles({
    '/team/promptforge.json': '{"registry": "embedded", "prompts": "prompts"}',
    '/team/prompts/greeting.prompt': 'Hello {{name}}.\n',
  });
  let provider: vscode.Disposable;

  before(() => {
    provider = vscode.workspace.registerFileSystemProvider('memory', files);
  });
  after(() => provider.dispose());

  it('reports that instead of connecting, and changes nothing', async () => {
    const { workbench } = await inside();
    assert.deepEqual(
      vscode.workspace.workspaceFolders?.map(({ uri }) => uri.toString()),
      ['memory:/team'],
    );
    assert.deepEqual(await workbench.session.settled(), { kind: 'no-folder' });
    const { message } = await told(await run('connect'));
    assert.match(message, /^The folders of this window are not on a disk, .*Clone the repository/);
    const uri = vscode.Uri.parse('memory:/team/prompts/greeting.prompt');
    const { document } = await vscode.window.showTextDocument(uri);
    assert.equal(document.languageId, 'dotprompt');
    // Each says that nothing was done, or does nothing.
    for (const command of ['publish', 'pull', 'publishAll', 'newPrompt', 'refresh']) await run(command, {});
    assert.deepEqual(files.changes, []);
    assert.equal(files.reads.includes('/team/promptforge.json'), false);
  });
});
