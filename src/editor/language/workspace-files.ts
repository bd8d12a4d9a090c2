/** Notifies the language server of the workspace's prompt and samples files, and of their changes. */
import * as vscode from 'vscode';
import type { FileEntry } from '../../language-server/files.ts';
import type { Session } from '../connection/session.ts';
import { logged } from '../problems/explain.ts';
import type { Workbench } from '../workbench.ts';
import { entryOf, scopeOf } from './place-of-file.ts';

const FILES = '**/*.{prompt,samples.yaml}';
/** Excluded in addition to `files.exclude`. */
const PASSED_OVER = '**/node_modules/**';
/** More files than any registry has prompts. */
const MAX_FILES = 50_000;
/** A checkout changes many files at once. */
const SETTLE_MS = 200;

/** Files that are new or have new content, and URIs of those that are gone. */
export type TellFiles = (files: readonly FileEntry[], gone: readonly string[]) => Promise<void>;

export interface WorkspaceFiles extends vscode.Disposable {
  /** Sends all files again: to a new server, or before work that must not miss files that no watcher has reported yet. */
  listAgain(): Promise<void>;
}

export function followFiles(
  tell: TellFiles,
  { session, log }: Pick<Workbench, 'session' | 'log'>,
): WorkspaceFiles {
  const changed = new Map<string, { readonly uri: vscode.Uri; readonly isGone: boolean }>();
  let known = new Set<string>();
  let lists = 0;
  /** Files reported while the workspace is being listed, because the list may lack them. */
  let toldMeanwhile = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let scope = scopeOf(session);

  const list = async (): Promise<void> => {
    const listing = ++lists;
    toldMeanwhile = new Set();
    const uris = await findFiles();
    if (listing !== lists) return whenListed; // a newer list replaces this one
    const files = entriesOf(uris, session);
    const now = new Set([...files.map(({ uri }) => uri), ...toldMeanwhile]);
    const gone = [...known].filter(uri => !now.has(uri));
    known = now;
    await tell(files, gone);
  };
  const tellChanges = (): void => {
    const told = [...changed.values()];
    const entries = (areGone: boolean) =>
      entriesOf(
        told.filter(({ isGone }) => isGone === areGone).map(({ uri }) => uri),
        session,
      );
    const isGone = (uri: string) => changed.get(uri)?.isGone === true;
    const inGoneFolders = [...known].filter(uri => foldersOf(uri).some(isGone));
    const gone = [...entries(true).map(({ uri }) => uri), ...inGoneFolders];
    const files = entries(false);
    changed.clear();
    if (gone.length + files.length === 0) return;
    for (const uri of gone) known.delete(uri);
    for (const { uri } of files) {
      known.add(uri);
      toldMeanwhile.add(uri);
    }
    void tell(files, gone);
  };
  const note = (uri: vscode.Uri, isGone: boolean): void => {
    changed.set(uri.toString(), { uri, isGone });
    clearTimeout(timer);
    timer = setTimeout(tellChanges, SETTLE_MS);
  };
  const watcher = vscode.workspace.createFileSystemWatcher(FILES, false, false, true);
  // VS Code reports only a deleted folder itself, not its contents.
  const deletions = vscode.workspace.createFileSystemWatcher('**', true, true, false);
  let whenListed = Promise.resolve();
  const listAll = (): void => {
    whenListed = list().catch((error: unknown) => {
      log.warn(`The prompts of the workspace cannot be listed: ${logged(error)}`);
      return tell([], []);
    });
  };
  listAll();
  const here = (uri: vscode.Uri): void => note(uri, false);
  const gone = (uri: vscode.Uri): void => note(uri, true);
  const cameByEditor = (uri: vscode.Uri): void => {
    // A folder is reported as a whole, with all its contents.
    if (entryOf(uri, session) === undefined) listAll();
    else here(uri);
  };
  const following = vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(here),
    watcher.onDidChange(here),
    deletions,
    deletions.onDidDelete(gone),
    // Changes made in this editor are known without a watcher.
    vscode.workspace.onDidSaveTextDocument(({ uri }) => here(uri)),
    vscode.workspace.onDidCreateFiles(({ files }) => files.forEach(cameByEditor)),
    vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach(gone)),
    vscode.workspace.onDidRenameFiles(({ files }) => {
      for (const { oldUri, newUri } of files) {
        gone(oldUri);
        cameByEditor(newUri);
      }
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(listAll),
    session.onDidChange(() => {
      // Names are relative to the prompts folder.
      if (scopeOf(session) === scope) return;
      scope = scopeOf(session);
      listAll();
    }),
    new vscode.Disposable(() => clearTimeout(timer)),
  );
  return {
    async listAgain() {
      listAll();
      await whenListed;
    },
    dispose: () => following.dispose(),
  };
}

/** The prompt and samples files of the window. */
async function findFiles(): Promise<vscode.Uri[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const onDisks = folders.filter(({ uri }) => uri.scheme === 'file');
  if (onDisks.length === folders.length) return vscode.workspace.findFiles(FILES, PASSED_OVER, MAX_FILES);
  // VS Code's search waits for an extension that can search a virtual folder, which few have.
  const { virtualPrompts } = await import('./virtual-prompts.ts');
  const found = await Promise.all([
    virtualPrompts(),
    ...onDisks.map(folder =>
      vscode.workspace.findFiles(new vscode.RelativePattern(folder, FILES), PASSED_OVER, MAX_FILES),
    ),
  ]);
  return found.flat().slice(0, MAX_FILES);
}

/** The URIs of the folders that a file is in. */
function foldersOf(uri: string): string[] {
  const uris = [];
  for (let end = uri.lastIndexOf('/'); end > 0; end = uri.lastIndexOf('/', end - 1))
    uris.push(uri.slice(0, end));
  return uris;
}

function entriesOf(uris: readonly vscode.Uri[], session: Session): FileEntry[] {
  return uris.map(uri => entryOf(uri, session)).filter(entry => entry !== undefined);
}
