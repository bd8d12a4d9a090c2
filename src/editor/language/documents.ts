/** Tells the language worker what open documents hold, change by change: a large text is not copied for a keystroke. */
import * as vscode from 'vscode';
import type { LanguageClient } from '../../language-worker/client.ts';
import type { OpenDocument } from '../../language-worker/contract.ts';
import type { Session } from '../connection/session.ts';
import { entryOf, type PlaceOfFile, placeOfDocument, scopeOf } from './place-of-file.ts';

export interface Documents extends vscode.Disposable {
  /** A document that the worker knows was opened, changed or closed. */
  readonly onDidChange: vscode.Event<vscode.TextDocument>;
  /** Tells a document that is neither prompt nor samples, as text with expressions; until it is closed. */
  include(document: vscode.TextDocument): void;
  /** Forgets one that was included. */
  exclude(document: vscode.TextDocument): void;
}

/** The state of an open document for the worker; undefined if it is irrelevant to it. */
export function openDocument(uri: string, session: Session): OpenDocument | undefined {
  const document = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri);
  return document && told(document, placeOfDocument(document, session) ?? TEXT);
}

const TEXT: PlaceOfFile = { role: 'text', name: undefined };

function told(document: vscode.TextDocument, place: PlaceOfFile): OpenDocument {
  return { uri: document.uri.toString(), text: document.getText(), version: document.version, ...place };
}

export function followDocuments(client: LanguageClient, session: Session): Documents {
  const changed = new vscode.EventEmitter<vscode.TextDocument>();
  const open = (document: vscode.TextDocument): void => {
    const place = placeOfDocument(document, session);
    if (place === undefined) return;
    client.open(told(document, place));
    changed.fire(document);
  };
  const close = (document: vscode.TextDocument): void => {
    if (!client.knows(document.uri.toString())) return;
    client.close(document.uri.toString());
    // Its file may be new, or gone, and a watcher is not always there in time.
    const file = entryOf(document.uri, session);
    if (file !== undefined) client.setFiles([file]);
    changed.fire(document);
  };
  let scope = scopeOf(session);
  for (const document of vscode.workspace.textDocuments) open(document);
  const following = vscode.Disposable.from(
    changed,
    vscode.workspace.onDidOpenTextDocument(open),
    vscode.workspace.onDidCloseTextDocument(close),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const uri = document.uri.toString();
      if (contentChanges.length === 0 || !client.knows(uri)) return;
      const end = document.lineAt(document.lineCount - 1).range.end;
      client.change({
        uri,
        version: document.version,
        changes: contentChanges.map(change => ({
          offset: change.rangeOffset,
          length: change.rangeLength,
          text: change.text,
        })),
        length: document.offsetAt(end),
      });
      changed.fire(document);
    }),
    session.onDidChange(() => {
      if (scopeOf(session) === scope) return;
      scope = scopeOf(session);
      for (const document of vscode.workspace.textDocuments) open(document);
    }),
  );
  return {
    onDidChange: changed.event,
    include: document => {
      if (!client.knows(document.uri.toString())) client.open(told(document, TEXT));
    },
    exclude: document => {
      if (placeOfDocument(document, session) === undefined) client.close(document.uri.toString());
    },
    dispose: () => following.dispose(),
  };
}
