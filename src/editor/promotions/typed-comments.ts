/**
 * Detects text typed into comment fields. VS Code keeps it with its thread while the editor is closed, without an API;
 * but the field is a document.
 */
import * as vscode from 'vscode';

export class TypedComments implements vscode.Disposable {
  readonly #typed = new Set<string>();
  readonly #following = vscode.workspace.onDidChangeTextDocument(({ document }) => {
    if (document.uri.scheme !== 'comment') return;
    const field = document.uri.toString();
    if (document.getText().trim() === '') this.#typed.delete(field);
    else this.#typed.add(field);
  });

  /** Includes text in a field that was closed since, because its fate is unknown. */
  get areThere(): boolean {
    return this.#typed.size > 0;
  }

  dispose(): void {
    this.#following.dispose();
  }
}
