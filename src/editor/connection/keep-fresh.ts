/** Triggers of a new check: trust, settings, the project's files, the focus, a key set in another window. */
import * as vscode from 'vscode';
import { noteChange } from '../files/noted-changes.ts';
import { isFile, pathOf } from '../files/paths.ts';
import type { Workbench } from '../workbench.ts';

/** In ms: focusing the window triggers a check at most this often. */
const FOCUS_MS = 30_000;
/** A checkout changes many files at once. */
const SETTLE_MS = 300;

export function registerKeepFresh(
  { session, prompts }: Workbench,
  secrets: vscode.SecretStorage,
): vscode.Disposable {
  const refresh = settling(() => prompts.refresh());
  const rescan = settling(() => prompts.rescan());
  // In every folder of the window.
  const onProject = watch('**/promptforge.json', refresh.soon);
  const changed = (uri: vscode.Uri): void => {
    if (uri.scheme !== 'file') noteChange(pathOf(uri));
    rescan.soon();
  };
  const onFiles = watch('**/{promptforge.lock.json,*.prompt}', changed);
  return vscode.Disposable.from(
    refresh,
    rescan,
    onProject,
    onFiles,
    // A virtual file system need not report what this window itself has written.
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (isFile(uri) && uri.scheme !== 'file') changed(uri);
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh.soon),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh.soon),
    vscode.workspace.onDidChangeConfiguration(change => {
      if (change.affectsConfiguration('promptforge.embedded')) refresh.soon();
    }),
    secrets.onDidChange(refresh.soon),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      const wanted = vscode.workspace.getConfiguration('promptforge').get<boolean>('refreshOnFocus', true);
      const due = Date.now() - prompts.loadedAt > FOCUS_MS;
      if (focused && wanted && due && session.project !== undefined) refresh.soon();
    }),
  );
}

function watch(glob: string, changed: (uri: vscode.Uri) => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(glob);
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(changed),
    watcher.onDidCreate(changed),
    watcher.onDidDelete(changed),
  );
}

/** Calls `run` after a quiet moment. */
function settling(run: () => Promise<void>): vscode.Disposable & { readonly soon: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    soon() {
      clearTimeout(timer);
      timer = setTimeout(() => void run(), SETTLE_MS);
    },
    dispose: () => clearTimeout(timer),
  };
}
