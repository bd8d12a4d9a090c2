/** The view Prompts: the tree, its message, the filter and the commands of the view itself. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { registerCommand } from '../commands.ts';
import { setContext } from '../context-keys.ts';
import { logged } from '../problems/explain.ts';
import { LAST_KNOWN } from '../status/words.ts';
import { counted } from '../wording/age.ts';
import type { Workbench } from '../workbench.ts';
import { FILTER_WORDS } from './filter.ts';
import type { Node } from './nodes.ts';
import { PromptsTree } from './prompts-tree.ts';
import { isNode } from './target.ts';

const REVEAL_ATTEMPTS = 5;

export interface PromptsView extends vscode.Disposable {
  readonly tree: PromptsTree;
  /** What is selected in the view; undefined when nothing is. */
  selected(): Node | undefined;
  /** Selects a prompt in the tree: at once where the view is in sight, else when it comes into sight. Never rejects. */
  reveal(prompt: PromptName): Promise<void>;
}

export function registerPromptsView(workbench: Workbench): PromptsView {
  const { session, prompts, report, log } = workbench;
  const tree = new PromptsTree(session, prompts);
  const view = vscode.window.createTreeView<Node>('promptforge.prompts', {
    treeDataProvider: tree,
    showCollapseAll: true,
  });
  const show = () => {
    const { message, description } = viewWords(workbench, tree);
    view.message = message;
    view.description = description;
  };
  const refresh = () =>
    vscode.window.withProgress({ location: { viewId: 'promptforge.prompts' } }, async () => {
      tree.forgetHistories();
      await prompts.refresh();
    });
  let unseen: PromptName | undefined;
  let updates = 0;
  const reveal = async (prompt: PromptName, attempts = REVEAL_ATTEMPTS): Promise<void> => {
    unseen = view.visible ? undefined : prompt;
    const wanted = view.visible ? tree.nodeOf(prompt) : undefined;
    if (wanted === undefined) return;
    const before = updates;
    try {
      await view.reveal(wanted, { select: true, focus: false });
    } catch (error) {
      log.warn(`${prompt} could not be selected in the tree: ${logged(error)}`); // it is there all the same
    }
    // A tree that is updated meanwhile, as when a watcher sees the new file, forgets what it was about to show. So does
    // VS Code's own side of it when it is not up to date yet, and says nothing.
    const [node] = view.selection;
    const isSelected = node?.kind === 'prompt' && node.listed.name === prompt;
    if ((updates !== before || !isSelected) && attempts > 1) await reveal(prompt, attempts - 1);
  };
  const disposables = vscode.Disposable.from(
    view,
    tree.onDidChangeTreeData(() => (updates += 1)),
    view.onDidChangeVisibility(() => {
      if (unseen !== undefined) void reveal(unseen);
    }),
    prompts.onDidChange(show),
    session.onDidChange(show),
    registerCommand('refresh', 'Refreshing', report, refresh),
    registerCommand('filter', 'Filtering', report, async () => {
      const filter = await askForFilter(tree, show);
      if (filter !== undefined) apply(tree, filter, show);
    }),
    registerCommand('clearFilter', 'Clearing the filter', report, () => apply(tree, '', show)),
    registerCommand('loadMore', 'Fetching older versions', report, node =>
      isNode(node) && node.kind === 'more' ? tree.loadMore(node.listed.name) : undefined,
    ),
  );
  return {
    tree,
    selected: () => view.selection[0],
    reveal: prompt => reveal(prompt),
    dispose: () => disposables.dispose(),
  };
}

function apply(tree: PromptsTree, filter: string, show: () => void): void {
  tree.filter = filter.trim();
  setContext('promptforge.filtered', tree.filter !== '');
  show();
}

/** The view follows as the person types; leaving with Escape brings back what was there before. */
async function askForFilter(tree: PromptsTree, show: () => void): Promise<string | undefined> {
  const before = tree.filter;
  const input = vscode.window.createInputBox();
  input.title = 'Filter Prompts';
  input.placeholder = 'Words of the name, or a state';
  input.prompt = `Every word must fit. States: ${FILTER_WORDS.join(', ')}`;
  input.value = before;
  let timer: NodeJS.Timeout | undefined;
  const chosen = await new Promise<string | undefined>(resolve => {
    input.onDidChangeValue(value => {
      clearTimeout(timer);
      timer = setTimeout(() => apply(tree, value, show), 150);
    });
    input.onDidAccept(() => resolve(input.value));
    input.onDidHide(() => resolve(undefined));
    input.show();
  });
  clearTimeout(timer);
  input.dispose();
  if (chosen === undefined) apply(tree, before, show);
  return chosen;
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
