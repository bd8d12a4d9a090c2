/** Diagnostics for open prompts and samples, in the Problems view and in the text. */
import * as vscode from 'vscode';
import type { Severity } from '../../language/finding.ts';
import type { PlacedFinding, Queries } from '../../language-worker/queries.ts';
import type { Session } from '../connection/session.ts';
import { rangeOf, type WorkerRequest } from './answers.ts';
import type { Documents } from './documents.ts';
import { placeOfDocument } from './place-of-file.ts';

/** In milliseconds after the last change. */
const SETTLE_MS = 150;
/** Of documents that the change may concern: partials' users, samples, prompts of samples. */
const OTHERS_SETTLE_MS = 500;

export const SOURCE = 'PromptForge';

const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

export interface LanguageDiagnostics extends vscode.Disposable {
  /** Looks at all open documents again: what they refer to may have changed. */
  again(): void;
}

/** @param whenReady before it, partials would be missed that are only not known yet */
export function showDiagnostics(
  ask: WorkerRequest,
  documents: Documents,
  session: Session,
  whenReady: () => Promise<void>,
): LanguageDiagnostics {
  const collection = vscode.languages.createDiagnosticCollection('promptforge.language');
  const timers = new Map<string, NodeJS.Timeout>();

  const isChecked = (document: vscode.TextDocument): boolean => {
    const role = placeOfDocument(document, session)?.role;
    return !document.isClosed && (role === 'prompt' || role === 'samples');
  };
  const check = async (document: vscode.TextDocument): Promise<void> => {
    await whenReady();
    if (document.isClosed) return;
    const { version } = document;
    const frontMatterKeys = session.project?.frontMatterKeys ?? [];
    const answer = await ask('diagnose', document, { frontMatterKeys });
    if (answer === undefined || document.isClosed || document.version !== version) return;
    collection.set(document.uri, diagnosticsOf(answer));
  };
  const soon = (document: vscode.TextDocument, delay: number): void => {
    const uri = document.uri.toString();
    if (!isChecked(document)) {
      collection.delete(document.uri);
      return;
    }
    clearTimeout(timers.get(uri));
    timers.set(
      uri,
      setTimeout(() => {
        timers.delete(uri);
        void check(document);
      }, delay),
    );
  };
  const others = (except?: vscode.TextDocument): void => {
    // One that is waited for anyway is seen with what is new.
    for (const document of vscode.workspace.textDocuments)
      if (document !== except && isChecked(document) && !timers.has(document.uri.toString()))
        soon(document, OTHERS_SETTLE_MS);
  };
  let allowed = JSON.stringify(session.project?.frontMatterKeys);
  for (const document of vscode.workspace.textDocuments) if (isChecked(document)) soon(document, 0);
  const following = vscode.Disposable.from(
    documents.onDidChange(document => {
      soon(document, SETTLE_MS);
      if (placeOfDocument(document, session)?.name !== undefined) others(document);
    }),
    session.onDidChange(() => {
      const now = JSON.stringify(session.project?.frontMatterKeys);
      if (now === allowed) return;
      allowed = now;
      others();
    }),
    // Files may have come that nobody told of: one that is looked at is looked after.
    vscode.window.onDidChangeActiveTextEditor(editor => {
      if (editor !== undefined) soon(editor.document, SETTLE_MS);
    }),
  );
  return {
    again: () => others(),
    dispose: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      following.dispose();
      collection.dispose();
    },
  };
}

function diagnosticsOf({ findings, left }: Queries['diagnose']['answer']): vscode.Diagnostic[] {
  const diagnostics = findings.map(diagnosticOf);
  if (left > 0) {
    const more = new vscode.Diagnostic(
      new vscode.Range(0, 0, 0, 0),
      `${left} more problems are not shown. They appear as you fix the ones that are shown.`,
      vscode.DiagnosticSeverity.Information,
    );
    more.source = SOURCE;
    diagnostics.push(more);
  }
  return diagnostics;
}

export function diagnosticOf({ range, message, severity, code }: PlacedFinding): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(rangeOf(range), message, SEVERITIES[severity]);
  diagnostic.source = SOURCE;
  diagnostic.code = code;
  if (code === 'unused-variable') diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  return diagnostic;
}
