/** Sets all context keys of the extension, so that everything a `when` clause may use is in one place. */
import * as vscode from 'vscode';
import type { Session } from './connection/session.ts';
import { fileSchemes } from './files/paths.ts';
import { EMBEDDED } from './versions/uri.ts';

export interface ContextKeys {
  /** `no-folder`, `not-connected`, … as in ConnectionState. */
  'promptforge.state': string;
  /** A usable promptforge.json is open, and the workspace is trusted. */
  'promptforge.project': boolean;
  'promptforge.connected': boolean;
  /** The window has several projects and shows one of them. */
  'promptforge.severalProjects': boolean;
  'promptforge.embedded': boolean;
  /** The schemes of the window's files: `file`, and those of its virtual folders. */
  'promptforge.fileSchemes': readonly string[];
  /** The state of the registry's list; `failed` if it could not be fetched while connected. */
  'promptforge.promptList': 'loading' | 'listed' | 'failed';
  'promptforge.promotionList': 'loading' | 'listed' | 'failed';
  /** True if the explorer shows only some of the prompts. */
  'promptforge.filtered': boolean;
  /** The subject of the History view: a prompt, an unpublished prompt, or nothing. */
  'promptforge.historyOf': 'none' | 'draft' | 'prompt';
  /** True if it shows only the versions of one author. */
  'promptforge.historyFiltered': boolean;
  'promptforge.selectedForCompare': boolean;
  'promptforge.previewOpen': boolean;
  /** True if the preview stays with its prompt. */
  'promptforge.previewLocked': boolean;
  /** The actions permitted on the promotion under review: `:approve:reject:`; empty if there are none. */
  'promptforge.review': string;
  /** The same for the change of owners whose review is active. */
  'promptforge.ownersReview': string;
  /** The comparison of two environments is active: Promote Release uses it. */
  'promptforge.environmentsCompared': boolean;
  /** The actions permitted on the release under review; empty if there are none. */
  'promptforge.releaseReview': string;
  /** True if there is an unsent comment or edit of one. */
  'promptforge.unsentComments': boolean;
  /** True if open editors show comments, and if some of the comments have suggestions. */
  'promptforge.comments': boolean;
  'promptforge.suggestions': boolean;
  /** True if a registry's log was rewritten, and nobody has acknowledged it yet. */
  'promptforge.alarm': boolean;
  /** True for a moment when a step of the walkthrough is completed: see walkthrough.ts. */
  'promptforge.did.connect': boolean;
  'promptforge.did.keys': boolean;
  'promptforge.did.open': boolean;
  'promptforge.did.publish': boolean;
  'promptforge.did.promote': boolean;
}

export function setContext<Name extends keyof ContextKeys>(name: Name, value: ContextKeys[Name]): void {
  void vscode.commands.executeCommand('setContext', name, value);
}

/** Keeps the keys that depend on the session up to date. */
export function registerContextKeys(session: Session): vscode.Disposable {
  const update = () => {
    setContext('promptforge.state', session.state.kind);
    setContext('promptforge.project', session.project !== undefined && vscode.workspace.isTrusted);
    setContext('promptforge.connected', session.state.kind === 'connected');
    setContext('promptforge.severalProjects', session.oneOfSeveral !== undefined);
    setContext('promptforge.embedded', session.registry === EMBEDDED);
  };
  const updateSchemes = () => setContext('promptforge.fileSchemes', fileSchemes());
  updateSchemes();
  return vscode.Disposable.from(
    session.onDidChange(update),
    vscode.workspace.onDidChangeWorkspaceFolders(updateSchemes),
  );
}
