/** Tells the language worker which prompt and samples files the workspace has, and which of them change. */
import * as vscode from 'vscode';
import type { LanguageClient } from '../../language-worker/client.ts';
import type { FileEntry } from '../../language-worker/contract.ts';
import type { Session } from '../connection/session.ts';
import { messageOf } from '../problems/explain.ts';
import type { Workbench } from '../workbench.ts';
import { entryOf } from './place-of-file.ts';

const FILES = '**/*.{prompt,samples.yaml}';
/** Besides what `files.exclude` names. */
const PASSED_OVER = '**/node_modules/**';
/** More files than any registry has prompts. */
const MAX_FILES = 50_000;
/** A checkout changes many files at once. */
const SETTLE_MS = 200;

export interface WorkspaceFiles extends vscode.Disposable {
  /** Resolves when the worker was told all files that there are. */
  readonly whenListed: Promise<void>;
}

/** @param onChange after other files than open documents may have changed */
export function followFiles(
  client: LanguageClient,
  { session, log }: Pick<Workbench, 'session' | 'log'>,
  onChange: () => void,
): WorkspaceFiles {
  const changed = new Map<string, vscode.Uri | undefined>();
  let known = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let folder = session.project?.promptsFolder;

  const list = async (): Promise<void> => {
    const uris = await vscode.workspace.findFiles(FILES, PASSED_OVER, MAX_FILES);
    const files = entriesOf(uris, session);
    const now = new Set(files.map(({ uri }) => uri));
    client.removeFiles([...known].filter(uri => !now.has(uri)));
    client.setFiles(files);
    known = now;
    onChange();
  };
  const tell = (): void => {
    const gone = [...changed].filter(([, uri]) => uri === undefined).map(([id]) => id);
    const files = entriesOf(
      [...changed.values()].filter(uri => uri !== undefined),
      session,
    );
    changed.clear();
    for (const id of gone) known.delete(id);
    for (const { uri } of files) known.add(uri);
    client.removeFiles(gone);
    client.setFiles(files);
    onChange();
  };
  const note = (uri: vscode.Uri, isGone: boolean): void => {
    changed.set(uri.toString(), isGone ? undefined : uri);
    clearTimeout(timer);
    timer = setTimeout(tell, SETTLE_MS);
  };
  const watcher = vscode.workspace.createFileSystemWatcher(FILES);
  let whenListed = Promise.resolve();
  const listAll = (): void => {
    whenListed = list().catch((error: unknown) =>
      log.warn(`The prompts of the workspace cannot be listed: ${messageOf(error)}`),
    );
  };
  listAll();
  const following = vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(uri => note(uri, false)),
    watcher.onDidChange(uri => note(uri, false)),
    watcher.onDidDelete(uri => note(uri, true)),
    vscode.workspace.onDidChangeWorkspaceFolders(listAll),
    session.onDidChange(() => {
      // Names are relative to the prompts folder.
      if (session.project?.promptsFolder === folder) return;
      folder = session.project?.promptsFolder;
      listAll();
    }),
    new vscode.Disposable(() => clearTimeout(timer)),
  );
  return {
    get whenListed() {
      return whenListed;
    },
    dispose: () => following.dispose(),
  };
}

function entriesOf(uris: readonly vscode.Uri[], session: Session): FileEntry[] {
  return uris.map(uri => entryOf(uri, session)).filter(entry => entry !== undefined);
}
