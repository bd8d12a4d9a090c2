/** Registers what owners need from the start; everything else is loaded on first use. */
import * as vscode from 'vscode';
import type { RegistryEvent } from '../../core/event.ts';
import { registerCommand } from '../commands.ts';
import { setContext } from '../context-keys.ts';
import { permittedOwnersActions } from '../promotions/owners-actions.ts';
import type { Workbench } from '../workbench.ts';
import { changeInFront } from './change-in-front.ts';
import type { OwnersCommand, OwnersFeature } from './feature.ts';
import { lazyFiles } from './lazy-files.ts';
import { OWNERS_DRAFT_SCHEME, OWNERS_LANGUAGE, OWNERS_SCHEME } from './uri.ts';

/** The beginning of each failure message. */
const DOING: Readonly<Record<OwnersCommand, string>> = {
  openOwners: 'Opening the owners',
  changeOwners: 'Changing the owners',
  requestOwnersChange: 'Requesting the change',
  compareOwnersDraft: 'Comparing',
  discardOwnersDraft: 'Discarding the draft',
  reviewOwnersChange: 'Opening the review',
  approveOwnersChange: 'Approving',
  rejectOwnersChange: 'Rejecting',
  cancelOwnersChange: 'Canceling the change',
};

export interface OwnersRegistration extends vscode.Disposable {
  feature(): Promise<OwnersFeature>;
  /** Called with new events of the registry. */
  heard(events: readonly RegistryEvent[]): void;
}

/** @param memory of this workspace */
export function registerOwners(workbench: Workbench, memory: vscode.Memento): OwnersRegistration {
  const { session, promotions, report } = workbench;
  const [files, draftFiles] = [1, 2].map(() => new vscode.EventEmitter<vscode.FileChangeEvent[]>()) as [
    vscode.EventEmitter<vscode.FileChangeEvent[]>,
    vscode.EventEmitter<vscode.FileChangeEvent[]>,
  ];
  let loading: Promise<OwnersFeature> | undefined;
  let loaded: OwnersFeature | undefined;
  const feature = () => {
    loading ??= import('./feature.ts').then(({ OwnersFeature }) => {
      loaded = new OwnersFeature({ workbench, memory, files, draftFiles });
      return loaded;
    });
    return loading;
  };
  const isOwners = ({ languageId }: vscode.TextDocument) => languageId === OWNERS_LANGUAGE;
  const show = () => {
    const change = changeInFront(workbench);
    const actions =
      change === undefined ? [] : permittedOwnersActions(change, session.keys.get(change.environment));
    setContext('promptforge.ownersReview', actions.length === 0 ? '' : `:${actions.join(':')}:`);
  };
  if (vscode.workspace.textDocuments.some(isOwners)) void feature();
  const registered = vscode.Disposable.from(
    files,
    draftFiles,
    vscode.workspace.registerFileSystemProvider(
      OWNERS_SCHEME,
      lazyFiles(async () => (await feature()).documents, files.event),
      {
        isReadonly: new vscode.MarkdownString('To change owners, run *Change Owners…*.'),
        isCaseSensitive: true,
      },
    ),
    vscode.workspace.registerFileSystemProvider(
      OWNERS_DRAFT_SCHEME,
      lazyFiles(async () => (await feature()).drafts, draftFiles.event),
      { isCaseSensitive: true },
    ),
    vscode.workspace.onDidOpenTextDocument(document => {
      if (isOwners(document)) void feature();
    }),
    vscode.window.tabGroups.onDidChangeTabs(show),
    vscode.window.onDidChangeActiveTextEditor(show),
    promotions.onDidChange(show),
    ...Object.entries(DOING).map(([command, doing]) =>
      registerCommand(command, doing, report, async argument =>
        (await feature()).run(command as OwnersCommand, argument),
      ),
    ),
  );
  return {
    feature,
    heard: events => loaded?.heard(events),
    dispose() {
      registered.dispose();
      loaded?.dispose();
    },
  };
}
