/** What keeps a source from being published, in the Problems view at its place. */
import * as vscode from 'vscode';
import type { SourceIssue } from '../../core/problem.ts';

export class SourceDiagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('promptforge');
  readonly #edits: vscode.Disposable;

  constructor() {
    // The places are those of the text that was checked: an edit makes them wrong.
    this.#edits = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) this.#collection.delete(document.uri);
    });
  }

  show(uri: vscode.Uri, issues: readonly SourceIssue[]): void {
    this.#collection.set(uri, issues.map(diagnosticOf));
  }

  clear(uri: vscode.Uri): void {
    this.#collection.delete(uri);
  }

  dispose(): void {
    this.#edits.dispose();
    this.#collection.dispose();
  }
}

/** VS Code counts from 0, issues from 1. */
function diagnosticOf({ line, column, endLine, endColumn, message }: SourceIssue): vscode.Diagnostic {
  const range = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'PromptForge';
  return diagnostic;
}
