/**
 * Shows in the Problems view why the registry refused a source, until the file is edited. Findings of the editor itself
 * at the same place take precedence.
 */
import * as vscode from 'vscode';
import type { SourceIssue } from '../../core/problem.ts';

const SOURCE = 'PromptForge';

export class SourceDiagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('promptforge');
  readonly #issues = new Map<string, { readonly uri: vscode.Uri; readonly issues: readonly SourceIssue[] }>();
  readonly #following: vscode.Disposable;

  constructor() {
    this.#following = vscode.Disposable.from(
      // Positions refer to the checked text, so an edit invalidates them.
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.clear(document.uri);
      }),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        for (const uri of uris) this.#show(uri);
      }),
    );
  }

  show(uri: vscode.Uri, issues: readonly SourceIssue[]): void {
    this.#issues.set(uri.toString(), { uri, issues });
    this.#show(uri);
  }

  clear(uri: vscode.Uri): void {
    this.#issues.delete(uri.toString());
    this.#collection.delete(uri);
  }

  dispose(): void {
    this.#following.dispose();
    this.#collection.dispose();
  }

  #show(uri: vscode.Uri): void {
    const known = this.#issues.get(uri.toString());
    if (known === undefined) return;
    const own = this.#collection.get(uri) ?? [];
    // Findings of the editor have a code; issues of the registry have none.
    const found = vscode.languages
      .getDiagnostics(uri)
      .filter(each => each.source === SOURCE && each.code !== undefined && isError(each));
    const left = known.issues
      .map(diagnosticOf)
      .filter(({ range }) => !found.some(each => each.range.intersection(range) !== undefined));
    // Setting equal diagnostics would be reported as a change.
    if (left.length !== own.length || !left.every(one => own.some(other => isSame(one, other))))
      this.#collection.set(uri, left);
  }
}

function isError({ severity }: vscode.Diagnostic): boolean {
  return severity === vscode.DiagnosticSeverity.Error;
}

function isSame(one: vscode.Diagnostic, other: vscode.Diagnostic): boolean {
  return one.message === other.message && one.range.isEqual(other.range);
}

/** VS Code counts from 0, issues from 1. */
function diagnosticOf({ line, column, endLine, endColumn, code, message }: SourceIssue): vscode.Diagnostic {
  const range = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = SOURCE;
  if (code !== undefined) diagnostic.code = code;
  return diagnostic;
}
