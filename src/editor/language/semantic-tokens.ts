/** Colours for what a name is: declared or not, a parameter, a helper, a partial. package.json maps them to themes. */
import * as vscode from 'vscode';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../../language/semantic-tokens.ts';
import type { WorkerRequest } from './answers.ts';

const LEGEND = new vscode.SemanticTokensLegend([...TOKEN_TYPES], [...TOKEN_MODIFIERS]);

export function registerSemanticTokens(
  ask: WorkerRequest,
  selector: vscode.DocumentSelector,
  onChange: vscode.Event<void>,
): vscode.Disposable {
  const tokens = async (
    document: vscode.TextDocument,
    range?: vscode.Range,
    token?: vscode.CancellationToken,
  ) => {
    const span = range && { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
    const data = await ask('tokens', document, { span }, token);
    return data && new vscode.SemanticTokens(data);
  };
  return vscode.Disposable.from(
    vscode.languages.registerDocumentSemanticTokensProvider(
      selector,
      {
        onDidChangeSemanticTokens: onChange,
        provideDocumentSemanticTokens: (document, token) => tokens(document, undefined, token),
      },
      LEGEND,
    ),
    vscode.languages.registerDocumentRangeSemanticTokensProvider(
      selector,
      { provideDocumentRangeSemanticTokens: tokens },
      LEGEND,
    ),
  );
}
