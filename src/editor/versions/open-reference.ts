/** Opens a version by reference: for one that does not exist or may not be read, shows a message instead of an empty tab. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Workbench } from '../workbench.ts';
import { areReadable } from './readable.ts';
import { EMBEDDED, versionUriParts } from './uri.ts';

/** Undefined after an error was shown. @throws as the registry client, MissingKey */
export async function openReference(
  workbench: Pick<Workbench, 'ask' | 'session'>,
  named: { readonly prompt: PromptName; readonly version: VersionNumber },
): Promise<vscode.TextEditor | undefined> {
  const { prompt, version } = named;
  const address = { registry: workbench.session.registry ?? EMBEDDED, prompt, version };
  if (!(await areReadable(workbench, [named]))) return undefined;
  return vscode.window.showTextDocument(vscode.Uri.from(versionUriParts(address)), { preview: true });
}
