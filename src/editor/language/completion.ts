/** Completion in prompts and samples. */
import * as vscode from 'vscode';
import type { CompletionKind } from '../../language/completion/item.ts';
import { isValueSpace, TRIGGERS } from '../../language/completion/triggers.ts';
import type { PlacedCompletion } from '../../language-worker/queries.ts';
import { rangeOf, type WorkerRequest } from './answers.ts';
import { SAMPLES, WRITTEN } from './selectors.ts';

const KINDS: Readonly<Record<CompletionKind, vscode.CompletionItemKind>> = {
  variable: vscode.CompletionItemKind.Variable,
  property: vscode.CompletionItemKind.Property,
  helper: vscode.CompletionItemKind.Function,
  block: vscode.CompletionItemKind.Struct,
  partial: vscode.CompletionItemKind.File,
  key: vscode.CompletionItemKind.Field,
  value: vscode.CompletionItemKind.Value,
  keyword: vscode.CompletionItemKind.Keyword,
  data: vscode.CompletionItemKind.Constant,
  type: vscode.CompletionItemKind.TypeParameter,
  snippet: vscode.CompletionItemKind.Snippet,
};

export function registerCompletion(ask: WorkerRequest): vscode.Disposable {
  const provider: vscode.CompletionItemProvider = {
    async provideCompletionItems(document, position, token, { triggerCharacter }) {
      if (triggerCharacter === ' ') {
        const line = document.lineAt(position).text.slice(0, position.character);
        if (!isValueSpace(line)) return undefined;
      }
      const items = await ask('complete', document, { offset: document.offsetAt(position) }, token);
      return items?.map(itemOf);
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(WRITTEN, provider, ...TRIGGERS),
    vscode.languages.registerCompletionItemProvider(SAMPLES, provider, ' '),
  );
}

function itemOf(completion: PlacedCompletion): vscode.CompletionItem {
  const { label, kind, detail, documentation, range, text, snippet, sortText, filterText } = completion;
  const item = new vscode.CompletionItem(label, KINDS[kind]);
  item.range = rangeOf(range);
  item.insertText = snippet === true ? new vscode.SnippetString(text) : text;
  if (detail !== undefined) item.detail = detail;
  if (documentation !== undefined) item.documentation = new vscode.MarkdownString(documentation);
  if (sortText !== undefined) item.sortText = sortText;
  if (filterText !== undefined) item.filterText = filterText;
  if (completion.asksForValue) item.command = { command: 'editor.action.triggerSuggest', title: 'Suggest' };
  return item;
}
