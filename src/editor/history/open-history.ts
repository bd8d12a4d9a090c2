/** The content of the History view: the versions of the active editor's prompt, and when each was live. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { Option } from '../asking/ask.ts';
import { setContext } from '../context-keys.ts';
import type { HistoryNode } from '../explorer/nodes.ts';
import { editorInFront, namedTarget, targetInFront } from '../explorer/target.ts';
import { LAST_KNOWN } from '../status/words.ts';
import { counted } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { HistoryTree } from './history-tree.ts';

export interface OpenHistory extends vscode.Disposable {
  readonly tree: HistoryTree;
  /** Shows the prompt of a command's argument, or of the active editor. @throws OtherProject */
  showOf(argument: unknown): Promise<void>;
  /** @param author undefined for the versions of all authors */
  filter(author: string | undefined): void;
  /** Asks for the author whose versions to show. */
  filterByAuthor(): Promise<void>;
}

/** @param update tells VS Code that the tree has changed */
export function openHistory(
  workbench: Workbench,
  view: Pick<vscode.TreeView<HistoryNode>, 'description' | 'message'>,
  update: () => void,
): OpenHistory {
  const { session, prompts, report } = workbench;
  const tree = new HistoryTree(session, prompts, update);
  const show = () => {
    const { prompt, author } = tree;
    const listed = prompt && prompts.listed.get(prompt);
    const isPublished = listed?.summary !== undefined;
    view.description = [prompt ?? '', author === undefined ? '' : `by ${oneLine(author)}`]
      .filter(Boolean)
      .join(' · ');
    view.message = session.state.kind === 'offline' && isPublished ? LAST_KNOWN : '';
    setContext('promptforge.historyOf', listed === undefined ? 'none' : isPublished ? 'prompt' : 'draft');
    setContext('promptforge.historyFiltered', author !== undefined);
  };
  const showPrompt = (prompt: PromptName | undefined): void => {
    tree.show(prompt);
    show();
  };
  let follows = 0;
  const follow = async (): Promise<void> => {
    follows += 1;
    const now = follows;
    const target = await targetInFront(workbench);
    // Another editor has become active meanwhile.
    if (now !== follows) return;
    if (target !== undefined) showPrompt(target.prompt);
    else if (isOfNoPrompt()) showPrompt(undefined);
  };
  const followed = () => void follow().catch((error: unknown) => report(error, 'Showing the history'));
  const filter = (author: string | undefined) => {
    tree.filter(author);
    show();
  };
  let before = placeOf(workbench);
  const changed = () => {
    const now = placeOf(workbench);
    if (now !== before) tree.forget();
    else update();
    before = now;
    show();
    if (tree.prompt === undefined) followed();
  };
  const disposables = vscode.Disposable.from(
    prompts.onDidChange(changed),
    session.onDidChange(changed),
    vscode.window.onDidChangeActiveTextEditor(followed),
    vscode.window.tabGroups.onDidChangeTabs(followed),
  );
  show();
  followed();
  return {
    tree,
    async showOf(argument) {
      const target = await namedTarget(argument, workbench);
      if (target !== undefined) showPrompt(target.prompt);
    },
    filter,
    async filterByAuthor() {
      const picked = await pickAuthor(workbench, tree);
      if (picked !== undefined) filter(picked.author);
    },
    dispose: () => disposables.dispose(),
  };
}

interface Picked {
  readonly author: string | undefined;
}

async function pickAuthor({ ask }: Workbench, tree: HistoryTree): Promise<Picked | undefined> {
  const { prompt } = tree;
  const authors = await inProgress(`Fetching the history of ${prompt ?? 'the prompt'}`, () => tree.authors());
  if (prompt === undefined || authors.length === 0) {
    await ask.tell('info', 'First open a prompt that has a version: the History view follows the editor.');
    return undefined;
  }
  const everyone: Option<Picked> = { label: 'All authors', value: { author: undefined } };
  return ask.pick<Picked>({
    title: `Filter the History of ${prompt} by Author`,
    placeholder: 'Select an author',
    options: [
      ...authors.map(
        ([author, versions]): Option<Picked> => ({
          label: author,
          description: counted(versions, 'version'),
          value: { author },
        }),
      ),
      ...(tree.author === undefined ? [] : [everyone]),
    ],
  });
}

/** Identifies the registry of the histories, and whether it is unreachable. */
function placeOf({ session }: Workbench): string {
  return JSON.stringify([session.place, session.registry, session.state.kind === 'offline']);
}

/** Returns true if another kind of editor is active, or no tab is open. */
function isOfNoPrompt(): boolean {
  return editorInFront() !== undefined || vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0);
}
