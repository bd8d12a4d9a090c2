/** Asks the language worker about a document, and makes VS Code's ranges of its answer. */
import * as vscode from 'vscode';
import type { LanguageClient } from '../../language-worker/client.ts';
import type { Range } from '../../language-worker/line-index.ts';
import type { Queries, QueryMethod } from '../../language-worker/queries.ts';

export type WorkerRequest = <Method extends QueryMethod>(
  method: Method,
  document: vscode.TextDocument,
  params: Queries[Method]['params'],
  token?: vscode.CancellationToken,
) => Promise<Queries[Method]['answer'] | undefined>;

/** Nothing is answered for another version of the document than the one there is when asking. */
export function asking(client: LanguageClient): WorkerRequest {
  return async (method, document, params, token) => {
    const controller = new AbortController();
    const listening = token?.onCancellationRequested(() => controller.abort());
    try {
      return await client.ask(method, document.uri.toString(), params, {
        version: document.version,
        signal: controller.signal,
        isInBackground: method === 'diagnose',
      });
    } finally {
      listening?.dispose();
    }
  };
}

export function rangeOf({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
