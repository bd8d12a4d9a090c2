/** Quick fixes are only asked for where there are problems, and may create files. */
import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient';
import type { CodeActionData } from '../../language-server/messages.ts';

/** As the server names itself in diagnostics. */
const SOURCE = 'PromptForge';

export const codeActions: Pick<Middleware, 'provideCodeActions'> = {
  async provideCodeActions(document, range, context, token, next) {
    const diagnostics = context.diagnostics.filter(({ source }) => source === SOURCE);
    if (diagnostics.length === 0) return [];
    const all = diagnostics.reduce<vscode.Range>((one, other) => one.union(other.range), range);
    const actions = await next(document, all, { ...context, diagnostics }, token);
    for (const action of actions ?? [])
      if (action instanceof vscode.CodeAction && 'data' in action)
        addFiles(action, action.data as CodeActionData);
    return actions;
  },
};

/** New files with their content, of which the first is opened. */
function addFiles(action: vscode.CodeAction, { creates }: CodeActionData): void {
  for (const { uri, text } of creates) {
    const file = vscode.Uri.parse(uri, true);
    action.edit?.createFile(file, { contents: Buffer.from(text), ignoreIfExists: true });
    action.command ??= { command: 'vscode.open', title: 'Open', arguments: [file] };
  }
}
