/**
 * Diagnostics for owners: errors while typing, refusals by the registry, and warnings about current or pending ones.
 */
import * as vscode from 'vscode';
import { type OwnersNote, parseOwners } from '../../core/owners.ts';
import type { Workbench } from '../workbench.ts';
import type { OwnersDocuments } from './documents.ts';
import { unmatchedLines } from './unmatched.ts';
import { OWNERS_LANGUAGE, OWNERS_SCHEME } from './uri.ts';

export class OwnersDiagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('promptforge-owners');
  readonly #workbench: Workbench;
  readonly #documents: OwnersDocuments;
  readonly #following: vscode.Disposable;

  constructor(workbench: Workbench, documents: OwnersDocuments) {
    this.#workbench = workbench;
    this.#documents = documents;
    this.#following = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument(document => this.#check(document)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#check(document);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#collection.delete(uri)),
      documents.onDidChange(() => this.#checkAll()),
    );
    this.#checkAll();
  }

  /** Shows why the registry refused a text, until the text is changed. */
  refused(uri: vscode.Uri, notes: readonly OwnersNote[]): void {
    const document = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri.toString());
    if (document === undefined) return;
    this.#collection.set(
      uri,
      notes.map(note =>
        diagnostic(lineRange(document, note.line), note.message, vscode.DiagnosticSeverity.Error),
      ),
    );
  }

  dispose(): void {
    this.#following.dispose();
    this.#collection.dispose();
  }

  #checkAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#check(document);
  }

  #check(document: vscode.TextDocument): void {
    if (document.languageId !== OWNERS_LANGUAGE) return;
    if (document.uri.scheme === OWNERS_SCHEME) {
      void this.#warn(document);
      return;
    }
    const parsed = parseOwners(document.getText());
    const errors = 'errors' in parsed ? parsed.errors : [];
    this.#collection.set(
      document.uri,
      errors.map(({ line, start, end, message }) =>
        diagnostic(
          start === end ? lineRange(document, line) : new vscode.Range(line - 1, start, line - 1, end),
          message,
          vscode.DiagnosticSeverity.Error,
        ),
      ),
    );
  }

  async #warn(document: vscode.TextDocument): Promise<void> {
    const found = await this.#documents.find(document.uri).catch(() => undefined); // the error was reported when it was opened
    if (document.isClosed) return;
    const { Warning } = vscode.DiagnosticSeverity;
    const warnings = found?.owners?.warnings ?? unmatchedLines(this.#workbench, document.getText());
    this.#collection.set(
      document.uri,
      warnings.map(({ line, message }) => diagnostic(lineRange(document, line), message, Warning)),
    );
  }
}

function diagnostic(
  range: vscode.Range,
  message: string,
  severity: vscode.DiagnosticSeverity,
): vscode.Diagnostic {
  const made = new vscode.Diagnostic(range, message, severity);
  made.source = 'PromptForge';
  return made;
}

/** The range of a line without surrounding spaces. @param line from 1 */
function lineRange(document: vscode.TextDocument, line: number): vscode.Range {
  const { range, firstNonWhitespaceCharacterIndex, text } = document.lineAt(
    Math.min(line, document.lineCount) - 1,
  );
  return range.with(
    range.start.translate(0, firstNonWhitespaceCharacterIndex),
    range.end.translate(0, text.trimEnd().length - text.length),
  );
}
