/** Tells whether there is a file or folder. */
import * as vscode from 'vscode';

/** @throws vscode.FileSystemError if that cannot be found out */
export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}
