/** Opening a version that somebody named: one that is not there, or not for this key, is told and not shown as an empty tab. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Workbench } from '../workbench.ts';
import { areReadable } from './readable.ts';
import { EMBEDDED, versionUriParts } from './uri.ts';

/** Undefined where the person was told why not. @throws as the registry client, MissingKey */
export async function openReference(
  workbench: Pick<Workbench, 'ask' | 'session'>,
  named: { readonly prompt: PromptName; readonly version: VersionNumber },
): Promise<vscode.TextEditor | undefined> {
  const { prompt, version } = named;
  const address = { registry: workbench.session.registry ?? EMBEDDED, prompt, version };
  if (!(await areReadable(workbench, [named]))) return undefined;
  return vscode.window.showTextDocument(vscode.Uri.from(versionUriParts(address)), { preview: true });
}
