/** Code actions for problems, in the light bulb's menu. */
import * as vscode from 'vscode';
import type { PlacedFix } from '../../language-worker/queries.ts';
import type { Session } from '../connection/session.ts';
import { rangeOf, type WorkerRequest } from './answers.ts';
import { SOURCE } from './diagnostics.ts';
import { SAMPLES, WRITTEN } from './selectors.ts';
import { fileOfPrompt, workspaceEditOf } from './workspace-edit.ts';

export function registerQuickFixes(ask: WorkerRequest, session: Session): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    async provideCodeActions(document, range, { diagnostics }, token) {
      const ours = diagnostics.filter(({ source }) => source === SOURCE);
      if (ours.length === 0) return [];
      const spans = [range, ...ours.map(each => each.range)].reduce((one, other) => one.union(other));
      const span = { start: document.offsetAt(spans.start), end: document.offsetAt(spans.end) };
      const fixes = await ask('quickFixes', document, { span }, token);
      return fixes?.map(fix => actionOf(fix, ours, document, session));
    },
  };
  const metadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  return vscode.Disposable.from(
    ...[WRITTEN, SAMPLES].map(selector =>
      vscode.languages.registerCodeActionsProvider(selector, provider, metadata),
    ),
  );
}

function actionOf(
  { title, isPreferred, code, range, change }: PlacedFix,
  diagnostics: readonly vscode.Diagnostic[],
  document: vscode.TextDocument,
  session: Session,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.isPreferred = isPreferred;
  action.edit = workspaceEditOf(change, document, session);
  action.diagnostics = diagnostics.filter(each => each.code === code && each.range.isEqual(rangeOf(range)));
  const [created] = change.creates;
  if (created !== undefined) {
    const file = fileOfPrompt(created.name, document, session);
    action.command = { command: 'vscode.open', title: 'Open', arguments: [file] };
  }
  return action;
}
