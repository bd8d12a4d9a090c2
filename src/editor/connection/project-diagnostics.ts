/** Diagnostics for promptforge.json and promptforge.lock.json, in the Problems view and in the text. */
import * as vscode from 'vscode';
import type { TextProblem } from '../../workspace/json-text.ts';
import { isFile } from '../files/paths.ts';
import type { Session } from './session.ts';

const SOURCE = 'PromptForge';
const CHECKS: Readonly<Record<string, (text: string) => Promise<vscode.Diagnostic[]>>> = {
  'promptforge.json': projectDiagnostics,
  'promptforge.lock.json': lockDiagnostics,
};
/** Larger texts are not written by hand. In UTF-16 code units. */
const MAX_LENGTH = 4 * 1024 * 1024;

export function registerProjectDiagnostics(session: Session): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('promptforge.project');
  const check = async (document: vscode.TextDocument): Promise<void> => {
    const checkText = checkFor(document.uri);
    if (checkText === undefined) return;
    const { version } = document;
    const found = await checkText(document.getText());
    if (!document.isClosed && document.version === version) collection.set(document.uri, found);
  };
  /** The window's own promptforge.json is checked even while it is closed: without it, nothing works. */
  const checkClosed = async (): Promise<void> => {
    const file = await session.projectFile();
    if (file === undefined || openDocument(file) !== undefined) return;
    if (session.state.kind !== 'broken-project') {
      collection.delete(file);
      return;
    }
    try {
      const bytes = await vscode.workspace.fs.readFile(file);
      const found = await projectDiagnostics(new TextDecoder().decode(bytes));
      if (openDocument(file) === undefined) collection.set(file, found);
    } catch {
      // Deleted meanwhile: the session reports that. It may have been created and opened again since.
      if (openDocument(file) === undefined) collection.delete(file);
    }
  };
  for (const document of vscode.workspace.textDocuments) void check(document);
  return vscode.Disposable.from(
    collection,
    vscode.workspace.onDidOpenTextDocument(document => void check(document)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => void check(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (checkFor(uri) === undefined) return;
      collection.delete(uri);
      void checkClosed();
    }),
    session.onDidChange(() => void checkClosed()),
  );
}

function checkFor(uri: vscode.Uri): ((text: string) => Promise<vscode.Diagnostic[]>) | undefined {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  return isFile(uri) && Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
}

function openDocument(file: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
}

/** All errors in the text of a promptforge.json. */
export async function projectDiagnostics(text: string): Promise<vscode.Diagnostic[]> {
  if (text.length > MAX_LENGTH) return [];
  const { checkProject } = await import('../../workspace/check-project.ts');
  return Promise.all(
    checkProject(text).problems.map(problem =>
      diagnosticOf(text, problem, problem.reason === undefined ? 'Warning' : 'Error'),
    ),
  );
}

/** The first error in the text of a promptforge.lock.json. */
async function lockDiagnostics(text: string): Promise<vscode.Diagnostic[]> {
  if (text.length > MAX_LENGTH) return [];
  const { lockProblem } = await import('../../workspace/lock-file.ts');
  const problem = lockProblem(text);
  return problem === undefined ? [] : [await diagnosticOf(text, problem, 'Error')];
}

async function diagnosticOf(
  text: string,
  { message, range: { start, end } }: TextProblem,
  severity: 'Error' | 'Warning',
): Promise<vscode.Diagnostic> {
  const { issueAt } = await import('../../core/source-position.ts');
  const { line, column, endLine, endColumn } = issueAt(text, start, end, message);
  // VS Code counts from 0.
  const range = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity[severity]);
  diagnostic.source = SOURCE;
  return diagnostic;
}
