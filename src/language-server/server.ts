/** The language server for editors that use the Language Server Protocol (3.17). */
import {
  type Connection,
  PositionEncodingKind,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { TRIGGERS } from '../language/features/completion/triggers.ts';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../language/features/semantic-tokens.ts';
import { type SentDiagnostics, sendDiagnostics } from './diagnostics.ts';
import { Documents, type DocumentsOptions } from './documents.ts';
import { answerFeatures, type Client } from './features.ts';

export const SYNC: ServerCapabilities = {
  positionEncoding: PositionEncodingKind.UTF16,
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
};

export const SEMANTIC_TOKENS = {
  legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
  full: true,
  range: true,
};

/** Capabilities for a client that requests every feature in every document that it opens. */
export const FEATURES: ServerCapabilities = {
  completionProvider: { triggerCharacters: [...TRIGGERS, ' '] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
  documentFormattingProvider: true,
  codeActionProvider: { codeActionKinds: ['quickfix'] },
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  linkedEditingRangeProvider: true,
  semanticTokensProvider: SEMANTIC_TOKENS,
};

export interface LanguageServer {
  readonly documents: Documents;
  readonly diagnostics: SentDiagnostics;
  readonly report: (error: unknown) => void;
  /** Registers the handlers of requests, which may arrive from then on. */
  answer(client: Client): void;
}

/** Tracks the documents of a connection, on which the caller must call `listen`. */
export function languageServer(
  connection: Connection,
  options: Pick<DocumentsOptions, 'projects' | 'onBusy'>,
): LanguageServer {
  const report = (error: unknown): void =>
    connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const documents = new Documents({ ...options, report });
  const diagnostics = sendDiagnostics(connection, documents, report);
  documents.all.onDidChangeContent(({ document }) => {
    documents.take(document).catch(report);
    diagnostics.changed(document);
  });
  documents.all.onDidClose(({ document }) => {
    documents.close(document.uri).catch(report);
    diagnostics.closed(document.uri);
  });
  documents.all.listen(connection);
  return { documents, diagnostics, report, answer: client => answerFeatures(connection, documents, client) };
}
