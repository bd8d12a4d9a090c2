/** Converts between the URIs of VS Code and the absolute paths by which a working copy knows its files. */
import { sep } from 'node:path';
import * as vscode from 'vscode';
import { END_OF_SCHEME, VIRTUAL } from './virtual-path.ts';

/** The absolute path of a file or folder. */
export function pathOf(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  const top = `${sep}${VIRTUAL}${uri.scheme}${END_OF_SCHEME}${encodeURIComponent(uri.authority)}`;
  return (top + uri.path.split('/').join(sep)).replace(/[/\\]+$/, '');
}

/** The URI of a path from `pathOf`, or of one that was derived from it. */
export function uriOf(path: string): vscode.Uri {
  const start = path.indexOf(VIRTUAL);
  if (start === -1) return vscode.Uri.file(path);
  const [top = '', ...segments] = path.slice(start + 1).split(sep);
  const end = top.indexOf(END_OF_SCHEME);
  return vscode.Uri.from({
    scheme: top.slice(0, end),
    authority: decodeURIComponent(top.slice(end + 1)),
    path: `/${segments.join('/')}`,
  });
}

/** The schemes of the files of this window: that of disks, and those of its virtual folders. */
export function fileSchemes(): string[] {
  const schemes = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.scheme);
  return [...new Set(['file', ...schemes.filter(scheme => !scheme.startsWith('promptforge'))])];
}

/** False for a document that is no file of this window, such as a version or a side of git's comparison. */
export function isFile({ scheme }: vscode.Uri): boolean {
  return scheme === 'file' || fileSchemes().includes(scheme);
}
