/** Open Owners, Change Owners and Discard Owners Draft. */
import * as vscode from 'vscode';
import type { EnvironmentName } from '../../core/environment.ts';
import { inProgress } from '../work/in-progress.ts';
import { saveDocument } from '../work/save-document.ts';
import type { Workbench } from '../workbench.ts';
import type { OwnersDocuments } from './documents.ts';
import type { OwnersDrafts } from './drafts.ts';
import { environmentInFront, namedEnvironment } from './named-environment.ts';
import { ownersDraftUriParts, parseOwnersDraftUri } from './uri.ts';
import { firstDraft, waitsAlready } from './words.ts';

/** The dependencies of the commands. */
export interface OwnersParts {
  readonly workbench: Workbench;
  readonly documents: OwnersDocuments;
  readonly drafts: OwnersDrafts;
}

export async function openOwners({ workbench, documents }: OwnersParts, argument: unknown): Promise<void> {
  const environment = await namedEnvironment(argument, workbench, 'Open Owners');
  if (environment === undefined) return;
  await workbench.session.clientFor({ kind: 'read' }); // reports what is missing
  documents.forget(new Set([environment])); // an open one may be outdated
  await vscode.window.showTextDocument(documents.uriOf(environment), { preview: true });
}

/** Opens the draft of an environment's owners, which starts with the current ones. */
export async function changeOwners(parts: OwnersParts, argument: unknown): Promise<void> {
  const { workbench, drafts } = parts;
  const { session } = workbench;
  const named = argument ?? environmentInFront();
  const environment = await namedEnvironment(named, workbench, 'Change Owners');
  if (environment === undefined) return;
  // First, because without the key, editing would be in vain.
  const client = await session.clientFor({ kind: 'change-owners', environment });
  const uri = draftUri(parts, environment);
  if (drafts.of(uri) === undefined) {
    const { text, current, waiting } = await inProgress('Fetching the owners', signal =>
      client.getOwners(environment, signal),
    );
    if (waiting !== null) {
      await sayWaiting(workbench, environment, waitsAlready(waiting).replace(' Your draft is kept.', ''));
      return;
    }
    const begun = current === null ? firstDraft(environment) : text;
    await drafts.keep(uri, { text: begun, base: current?.id ?? null });
  }
  await vscode.window.showTextDocument(uri, { preview: false });
}

export function draftUri({ workbench }: OwnersParts, environment: EnvironmentName): vscode.Uri {
  const place = workbench.session.place ?? '';
  return vscode.Uri.from(ownersDraftUriParts({ place, environment }));
}

/** Only one change can be pending: offers to review it. */
export async function sayWaiting(
  { ask }: Workbench,
  environment: EnvironmentName,
  message: string,
): Promise<void> {
  const chosen = await ask.tell('warning', message, 'Review Owners Change');
  if (chosen !== undefined)
    await vscode.commands.executeCommand('promptforge.reviewOwnersChange', environment);
}

/** The draft that a command applies to; undefined if there is none, or the person cancels. */
export async function namedDraft(
  parts: OwnersParts,
  argument: unknown,
  title: string,
): Promise<{ readonly uri: vscode.Uri; readonly environment: EnvironmentName } | undefined> {
  const { workbench, drafts } = parts;
  const named = argument ?? environmentInFront();
  const environment = await namedEnvironment(named, workbench, title);
  if (environment === undefined) return undefined;
  const uri = draftUri(parts, environment);
  if (drafts.of(uri) !== undefined) return { uri, environment };
  const isOther =
    argument instanceof vscode.Uri && (parseOwnersDraftUri(argument)?.place ?? uri.query) !== uri.query;
  const chosen = await workbench.ask.tell(
    'info',
    isOther
      ? `This draft is for ${argument.query}, and this window is connected to another registry. Connect to that registry first; the draft is kept.`
      : `There is no draft of the owners of ${environment}. Choose Change Owners… to begin one.`,
    ...(isOther ? [] : ['Change Owners…']),
  );
  if (chosen !== undefined) await changeOwners(parts, environment);
  return undefined;
}

export async function discardDraft(parts: OwnersParts, argument: unknown): Promise<void> {
  const { workbench, drafts } = parts;
  const named = await namedDraft(parts, argument, 'Discard Owners Draft');
  if (named === undefined) return;
  const { uri, environment } = named;
  const document = openDocument(uri);
  // Undo also restores unsaved text.
  if (document !== undefined) await saveDocument(document);
  const draft = drafts.of(uri);
  await closeDraft(parts, uri);
  const chosen = await workbench.ask.tell(
    'info',
    `Discarded your draft of the owners of ${environment}.`,
    'Undo',
  );
  if (chosen === undefined || draft === undefined) return;
  await drafts.keep(uri, draft);
  await vscode.window.showTextDocument(uri, { preview: false });
}

export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
}

/** Closes the draft's editors, and deletes it. It must be saved before. */
export async function closeDraft({ drafts }: OwnersParts, uri: vscode.Uri): Promise<void> {
  const shows = ({ input }: vscode.Tab) =>
    (input instanceof vscode.TabInputText && input.uri.toString() === uri.toString()) ||
    (input instanceof vscode.TabInputTextDiff && input.modified.toString() === uri.toString());
  const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs).filter(shows);
  await vscode.window.tabGroups.close(tabs);
  await drafts.forget(uri);
}
