/** The text of a version or file with its partials in place, as documents that can be compared but never written. */
import * as vscode from 'vscode';
import type { SourceWithPartials } from '../../core/changed-sources.ts';
import type { PromptName } from '../../core/name.ts';
import { checkRegistryIsShown } from '../connection/other-project.ts';
import { isFile, pathOf } from '../files/paths.ts';
import { messageOf } from '../problems/explain.ts';
import { parseResolvedUri, RESOLVED_SCHEME } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';

export function registerResolvedDocuments(workbench: Workbench): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(RESOLVED_SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: async uri => {
        try {
          return await resolvedText(workbench, uri);
        } catch (error) {
          return `This text cannot be shown: ${messageOf(error)}\n`;
        }
      },
    }),
    // The file may be edited in a comparison, so its resolved text is updated.
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (!isFile(document.uri) || document.languageId !== 'dotprompt') return;
      for (const { uri } of vscode.workspace.textDocuments)
        if (uri.scheme === RESOLVED_SCHEME && document.uri.path.endsWith(uri.path)) changed.fire(uri);
    }),
  );
}

async function resolvedText(workbench: Workbench, uri: vscode.Uri): Promise<string> {
  const address = parseResolvedUri(uri);
  if (address === undefined) throw new Error('Its address is not a PromptForge address.');
  const { flatten } = await import('../../core/flatten.ts');
  const { prompt, version, registry } = address;
  if (version === undefined) {
    checkRegistryIsShown(registry, workbench.session);
    return flatten(await linkedFile(workbench, prompt));
  }
  const { linkedVersion } = await import('./linked-side.ts');
  return flatten(await linkedVersion(workbench, prompt, version, registry));
}

/** The prompt's file with unsaved edits, and the partials that publishing would use. */
export async function linkedFile(workbench: Workbench, prompt: PromptName): Promise<SourceWithPartials> {
  const copy = await workbench.prompts.workingCopy();
  if (copy === undefined) throw new Error('No prompts folder is open.');
  const { linkedDraft } = await import('./linked-side.ts');
  const path = copy.folder.pathOf(prompt);
  const open = vscode.workspace.textDocuments.find(({ uri }) => isFile(uri) && pathOf(uri) === path);
  const source = open?.getText() ?? (await copy.folder.read(prompt));
  if (source === undefined) throw new Error(`This folder has no file for ${prompt}.`);
  return linkedDraft(workbench, prompt, source);
}
