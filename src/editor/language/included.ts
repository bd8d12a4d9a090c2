/** The other files in `promptforge.highlight.include`. */
import * as vscode from 'vscode';
import { LANGUAGE } from './place-of-file.ts';

export const SETTING = 'highlight.include';

/** The globs as a selector; a relative one applies to each folder of the workspace. */
export function includedFiles(): vscode.DocumentFilter[] {
  const globs = vscode.workspace.getConfiguration('promptforge').get<unknown>(SETTING);
  if (!Array.isArray(globs)) return [];
  return globs
    .filter(glob => typeof glob === 'string' && glob.trim() !== '')
    .flatMap((glob: string): vscode.DocumentFilter[] =>
      glob.startsWith('/') || glob.startsWith('**') || /^[A-Za-z]:/.test(glob)
        ? [{ pattern: glob }]
        : (vscode.workspace.workspaceFolders ?? []).map(folder => ({
            pattern: new vscode.RelativePattern(folder, glob),
          })),
    );
}

export function isIncluded(
  document: vscode.TextDocument,
  filters: readonly vscode.DocumentFilter[],
): boolean {
  return (
    document.languageId !== LANGUAGE && filters.length > 0 && vscode.languages.match(filters, document) > 0
  );
}
