/** Selects the active editor's prompt and new prompts in the tree, without taking the focus. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { logged } from '../problems/explain.ts';
import type { Workbench } from '../workbench.ts';
import type { ExplorerNode } from './nodes.ts';
import type { PromptsTree } from './prompts-tree.ts';
import { targetInFront } from './target.ts';

const ATTEMPTS = 5;

export interface FollowingEditor extends vscode.Disposable {
  /** Selects a prompt in the tree: at once if the view is visible, otherwise when it becomes visible. Never rejects. */
  reveal(prompt: PromptName): Promise<void>;
  /** Selects the active editor's prompt. Never rejects. */
  follow(): Promise<void>;
}

export function followEditor(
  view: vscode.TreeView<ExplorerNode>,
  tree: PromptsTree,
  workbench: Workbench,
): FollowingEditor {
  const { log } = workbench;
  /** The prompt to select as soon as possible: when the view is visible and no filter hides it. */
  let wanted: PromptName | undefined;
  let isRevealing = false;
  let updates = 0;
  const isSelected = (prompt: PromptName): boolean => {
    const [node] = view.selection;
    return node !== undefined && node.kind !== 'folder' && node.listed.name === prompt;
  };
  const reveal = async (prompt: PromptName): Promise<void> => {
    wanted = prompt;
    if (isRevealing) return; // the call in progress continues with it
    isRevealing = true;
    for (let left = ATTEMPTS; left > 0 && wanted !== undefined; left -= 1) {
      const now: PromptName = wanted;
      const node = view.visible ? tree.nodeOf(now) : undefined;
      if (node === undefined) break;
      const before = updates;
      try {
        await view.reveal(node, { select: true, focus: false });
      } catch (error) {
        log.warn(`${now} could not be selected in the tree: ${logged(error)}`); // harmless: it is in the tree anyway
      }
      // A tree that is updated meanwhile, for example because of the new file, drops the pending selection. VS Code
      // itself silently does the same if it is not up to date.
      if (wanted !== now) left = ATTEMPTS;
      else if ((updates === before && isSelected(now)) || left === 1) wanted = undefined;
    }
    isRevealing = false;
  };
  const follow = async (): Promise<void> => {
    if (!vscode.workspace.getConfiguration('promptforge').get<boolean>('autoReveal', true)) return;
    const front = await targetInFront(workbench);
    // The person may have selected a version or a channel of it.
    if (front !== undefined && !isSelected(front.prompt)) await reveal(front.prompt);
  };
  const again = (): void => {
    if (wanted !== undefined && !isRevealing) void reveal(wanted);
  };
  const disposables = vscode.Disposable.from(
    tree.onDidChangeTreeData(() => {
      updates += 1;
      again();
    }),
    view.onDidChangeVisibility(({ visible }) => {
      if (!visible) return;
      if (wanted === undefined) void follow();
      else again();
    }),
    vscode.window.onDidChangeActiveTextEditor(() => void follow()),
  );
  void follow();
  return { reveal, follow, dispose: () => disposables.dispose() };
}
