/** Prompts dragged within the tree move to another folder; dragged into an editor, their files open. */
import * as vscode from 'vscode';
import { folderOf, isPromptName, type PromptName } from '../../core/name.ts';
import { uriOf } from '../files/paths.ts';
import type { ExplorerNode } from './nodes.ts';
import type { PromptList } from './prompt-list.ts';

/** VS Code's MIME type for items dragged in this tree. */
const PROMPTS = 'application/vnd.code.tree.promptforge.prompts';
const FILES = 'text/uri-list';

export class PromptsDragAndDrop implements vscode.TreeDragAndDropController<ExplorerNode> {
  readonly dropMimeTypes = [PROMPTS];
  readonly dragMimeTypes = [FILES];
  readonly #prompts: PromptList;
  readonly #drop: (prompt: PromptName, folder: string) => Promise<unknown>;
  readonly #onLost: () => void;

  /**
   * @param drop moves a prompt to a folder, where the empty string is the root; never rejects
   * @param onLost called for a drop whose source is unknown
   */
  constructor(
    prompts: PromptList,
    drop: (prompt: PromptName, folder: string) => Promise<unknown>,
    onLost: () => void,
  ) {
    this.#prompts = prompts;
    this.#drop = drop;
    this.#onLost = onLost;
  }

  async handleDrag(source: readonly ExplorerNode[], data: vscode.DataTransfer): Promise<void> {
    const dragged = source.flatMap(node => (node.kind === 'prompt' ? [node.listed] : []));
    const names = dragged.map(({ name }) => name);
    data.set(PROMPTS, new vscode.DataTransferItem(JSON.stringify(names)));
    if (dragged.length === 0) return;
    const folder = (await this.#prompts.workingCopy())?.folder;
    const files = dragged.filter(({ hasFile }) => hasFile);
    if (folder === undefined || files.length === 0) return;
    const uris = files.map(({ name }) => uriOf(folder.pathOf(name)).toString());
    data.set(FILES, new vscode.DataTransferItem(uris.join('\r\n')));
  }

  async handleDrop(
    target: ExplorerNode | undefined,
    data: vscode.DataTransfer,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const item = data.get(PROMPTS);
    // VS Code finds no node for a row that is redrawn while it is dragged, and then does not call the tree.
    if (item === undefined) {
      this.#onLost();
      return;
    }
    const folder = folderAt(target);
    for (const name of namesIn(await item.asString())) {
      if (token.isCancellationRequested) return;
      await this.#drop(name, folder);
    }
  }
}

/** The folder of a drop target; for a prompt or an item below it, the prompt's folder. */
function folderAt(target: ExplorerNode | undefined): string {
  if (target === undefined) return '';
  return target.kind === 'folder' ? target.path : folderOf(target.listed.name);
}

function namesIn(text: string): PromptName[] {
  const found: unknown = JSON.parse(text);
  return Array.isArray(found) ? found.filter(each => typeof each === 'string' && isPromptName(each)) : [];
}
