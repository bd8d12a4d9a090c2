/**
 * Whether something is written in a field for a comment. VS Code keeps it with its thread while the editor is closed, and
 * tells nobody; but the field is a document.
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

  /** Also what was written in a field that was closed since: where that is now, is not known. */
  get areThere(): boolean {
    return this.#typed.size > 0;
  }

  dispose(): void {
    this.#following.dispose();
  }
}
