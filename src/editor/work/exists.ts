/** Checks whether a file or folder exists. */
import * as vscode from 'vscode';
import { orNothing } from '../files/virtual-files.ts';

/** @throws vscode.FileSystemError if that is unknown */
export async function exists(uri: vscode.Uri): Promise<boolean> {
  return (await orNothing(vscode.workspace.fs.stat(uri))) !== undefined;
}
