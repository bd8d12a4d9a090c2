/** Checks whether a file or folder exists. */
import * as vscode from 'vscode';

/** @throws vscode.FileSystemError if that is unknown */
export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}
