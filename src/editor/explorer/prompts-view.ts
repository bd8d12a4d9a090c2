/** The view Prompts: the tree, its message, the filter and the commands of the view itself. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { visibleLines } from '../../core/visible-text.ts';
import type { InputDrafts } from '../asking/drafts.ts';
import { registerCommand } from '../commands.ts';
import { setContext } from '../context-keys.ts';
import { LAST_KNOWN } from '../status/words.ts';
import { counted } from '../wording/age.ts';
import type { Workbench } from '../workbench.ts';
import { PromptsDragAndDrop } from './drag-and-drop.ts';
import { selectFocused } from './focused-node.ts';
import { followEditor } from './follow-editor.ts';
import type { ExplorerNode } from './nodes.ts';
import { PromptsTree } from './prompts-tree.ts';
import { isNode } from './target.ts';

export interface PromptsView extends vscode.Disposable {
  readonly tree: PromptsTree;
  readonly dragAndDrop: PromptsDragAndDrop;
  /** The selected item of the view; undefined if there is none. */
  selected(): ExplorerNode | undefined;
  /** The item that receives keys in the view, which is then selected; undefined if there is none. */
  focused(): Promise<ExplorerNode | undefined>;
  /** Selects a prompt in the tree: at once if the view is visible, otherwise when it becomes visible. Never rejects. */
  reveal(prompt: PromptName): Promise<void>;
}

/**
 * @param move moves a prompt to a folder on drop; returns its new name, if any
 * @param drafts stores the last filter
 */
export function registerPromptsView(
  workbench: Workbench,
  move: (prompt: PromptName, folder: string) => Promise<PromptName | undefined>,
  drafts: InputDrafts,
): PromptsView {
  const { session, prompts, report } = workbench;
  const tree = new PromptsTree(session, prompts, workbench.lives);
  const drop = async (prompt: PromptName, folder: string): Promise<void> => {
    try {
      const to = await move(prompt, folder);
      if (to !== undefined) await following.reveal(to);
    } catch (error) {
      void report(error, 'Moving');
    }
  };
  const dragAndDrop = new PromptsDragAndDrop(prompts, drop, () => {
    void workbench.ask.tell(
      'info',
      'Nothing was moved: the list changed while you dragged. Drag the prompt again.',
    );
  });
  const view = vscode.window.createTreeView<ExplorerNode>('promptforge.prompts', {
    treeDataProvider: tree,
    showCollapseAll: true,
    dragAndDropController: dragAndDrop,
  });
  const show = () => {
    const { message, description } = viewWords(workbench, tree);
    view.message = visibleLines(message);
    const project = session.oneOfSeveral?.name;
    view.description = [project ?? '', description].filter(part => part !== '').join(' · ');
    const isFailed = session.state.kind === 'connected' && prompts.trouble !== undefined;
    setContext('promptforge.promptList', isFailed ? 'failed' : prompts.isListed ? 'listed' : 'loading');
  };
  const refresh = () =>
    vscode.window.withProgress({ location: { viewId: 'promptforge.prompts' } }, async () => {
      tree.forgetHistories();
      await prompts.refresh();
    });
  const following = followEditor(view, tree, workbench);
  const apply = (text: string): void => {
    const filter = text.trim();
    if (filter === tree.filter) return;
    tree.filter = filter;
    setContext('promptforge.filtered', filter !== '');
    show();
    // The selection is dropped together with its items.
    void following.follow();
  };
  const disposables = vscode.Disposable.from(
    tree,
    view,
    following,
    view.onDidExpandElement(({ element }) => tree.note(element, true)),
    view.onDidCollapseElement(({ element }) => tree.note(element, false)),
    prompts.onDidChange(show),
    session.onDidChange(show),
    registerCommand('refresh', 'Refreshing', report, refresh),
    registerCommand('filter', 'Filtering', report, async () => {
      const { askForFilter } = await import('./ask-for-filter.ts');
      await askForFilter(tree.filter, apply, drafts);
    }),
    registerCommand('clearFilter', 'Clearing the filter', report, () => apply('')),
    registerCommand('loadMore', 'Fetching older versions', report, node =>
      isNode(node) && node.kind === 'more' ? tree.loadMore(node.listed.name) : undefined,
    ),
  );
  return {
    tree,
    dragAndDrop,
    selected: () => view.selection[0],
    focused: () => selectFocused(view),
    reveal: following.reveal,
    dispose: () => disposables.dispose(),
  };
}

function viewWords(
  { session, prompts }: Workbench,
  tree: PromptsTree,
): { message: string; description: string } {
  const filtered = tree.filter === '' ? '' : `filter: ${tree.filter} (${counted(tree.count, 'prompt')})`;
  const shown = prompts.listed.size > 0;
  const { state } = session;
  const messages: string[] = [];
  if (state.kind === 'offline') messages.push(shown ? `${LAST_KNOWN} ${state.why}` : state.why);
  else if (prompts.trouble !== undefined && state.kind !== 'untrusted') messages.push(prompts.trouble);
  else if (state.kind === 'no-key' && shown)
    messages.push('No key is set for this registry, so only your files are shown.');
  const [trouble] = prompts.fileTroubles;
  if (trouble !== undefined) {
    const more = prompts.fileTroubles.length - 1;
    messages.push(`${trouble.message}${more > 0 ? ` (and ${counted(more, 'more file')})` : ''}`);
  }
  return { message: messages.join('\n'), description: filtered };
}
