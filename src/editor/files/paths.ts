/** Converts between the URIs of VS Code and the absolute paths by which a working copy knows its files. */
import { sep } from 'node:path';
import * as vscode from 'vscode';
import { isVirtual, virtualParts, virtualPath } from './virtual-path.ts';

/** The absolute path of a file or folder. */
export function pathOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : virtualPath(uri, sep);
}

/** The URI of a path from `pathOf`, or of one that was derived from it. */
export function uriOf(path: string): vscode.Uri {
  return isVirtual(path) ? vscode.Uri.from(virtualParts(path, sep)) : vscode.Uri.file(path);
}

/** A file or folder as messages name it: its path on a disk, otherwise its URI. */
export function readable(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString(true);
}

/** The schemes of the files of this window: that of disks, and those of its virtual folders. */
export function fileSchemes(): string[] {
  return [...new Set(['file', ...virtualFolders().map(({ scheme }) => scheme)])];
}

/**
 * False for a document that is no file of this window, such as a version or a side of git's comparison. A virtual file
 * system may have the files of another branch or commit under another authority.
 */
export function isFile({ scheme, authority, query }: vscode.Uri): boolean {
  if (scheme === 'file') return true;
  return virtualFolders().some(
    folder => folder.scheme === scheme && folder.authority === authority && folder.query === query,
  );
}

function virtualFolders(): vscode.Uri[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .map(({ uri }) => uri)
    .filter(({ scheme }) => scheme !== 'file' && !scheme.startsWith('promptforge'));
}
