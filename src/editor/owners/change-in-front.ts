/** Finds the change of owners whose review is the active tab. */
import * as vscode from 'vscode';
import type { OwnersChangeRecord } from '../../contract/owners.ts';
import { documentsIn } from '../versions/tab-documents.ts';
import type { Workbench } from '../workbench.ts';
import { parseOwnersUri } from './uri.ts';

/** Undefined if the tab shows none, or one that is no longer pending. */
export function changeInFront({
  session,
  promotions,
}: Pick<Workbench, 'session' | 'promotions'>): OwnersChangeRecord | undefined {
  const addresses = documentsIn(vscode.window.tabGroups.activeTabGroup.activeTab).map(parseOwnersUri);
  const shown = addresses.find(
    address => address?.change !== undefined && address.registry === session.registry,
  );
  return shown && promotions.ownersChanges.find(({ id }) => id === shown.change);
}
