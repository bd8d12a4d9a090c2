/** Diagnostics for open prompts and samples, sent when the text has not changed for a moment. */
import type { Connection, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { OpenDocuments } from './documents.ts';
import { diagnosticsOf } from './to-lsp.ts';

/** In milliseconds after the last change. */
const SETTLE_MS = 150;
/** Of documents that the change may concern: partials' users, samples, prompts of samples. */
const OTHERS_SETTLE_MS = 500;

export interface SentDiagnostics {
  /** Looks at a document soon, and at the others a little later. */
  changed(document: TextDocument): void;
  /** Looks at all open documents again: what they refer to may have changed. */
  all(): void;
  closed(uri: string): void;
}

export function sendDiagnostics(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  open: OpenDocuments,
): SentDiagnostics {
  const timers = new Map<string, NodeJS.Timeout>();

  async function check(uri: string): Promise<void> {
    const document = documents.get(uri);
    if (document === undefined) return;
    const { version } = document;
    await open.take(document);
    const opened = open.of(uri);
    if (opened === undefined) return;
    const project = await opened.project;
    const found = await project.ask('diagnose', opened.uri, { frontMatterKeys: project.frontMatterKeys });
    if (found === undefined || documents.get(uri)?.version !== version) return;
    await connection.sendDiagnostics({ uri, version, diagnostics: diagnosticsOf(found) });
  }
  const soon = (uri: string, delay: number): void => {
    clearTimeout(timers.get(uri));
    const timer = setTimeout(() => {
      timers.delete(uri);
      check(uri).catch((error: unknown) => connection.console.error(`${uri}: ${String(error)}`));
    }, delay);
    timers.set(uri, timer);
  };
  return {
    changed({ uri }) {
      soon(uri, SETTLE_MS);
      for (const other of documents.keys())
        if (other !== uri && !timers.has(other)) soon(other, OTHERS_SETTLE_MS);
    },
    all() {
      for (const uri of documents.keys()) soon(uri, OTHERS_SETTLE_MS);
    },
    closed(uri) {
      clearTimeout(timers.get(uri));
      timers.delete(uri);
      void connection.sendDiagnostics({ uri, diagnostics: [] });
    },
  };
}
