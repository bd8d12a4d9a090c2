/** Sends diagnostics for open prompts and samples once the text has stopped changing. */
import { type Connection, ResponseError } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { loadPatterns } from '../core/schema/patterns.ts';
import { diagnoseSamples } from '../language/features/diagnostics/diagnose-samples.ts';
import { mayHavePatterns } from '../language/features/diagnostics/schema-patterns.ts';
import type { Documents } from './documents.ts';
import { findingsOf } from './findings.ts';

/** Delay after the last change, in milliseconds. */
const SETTLE_MS = 150;
/**
 * Delay for other documents that the change may affect: prompts that use the partial, samples, and prompts of samples.
 */
const OTHERS_SETTLE_MS = 500;

export interface SentDiagnostics {
  /** Checks a document soon, and the others a little later. */
  changed(document: TextDocument): void;
  /** Checks a document soon. */
  focused(uri: string): void;
  /** Checks all open documents again, because files that they refer to may have changed. */
  all(): void;
  closed(uri: string): void;
}

export function sendDiagnostics(
  connection: Connection,
  documents: Documents,
  report: (error: unknown) => void,
): SentDiagnostics {
  const timers = new Map<string, NodeJS.Timeout>();

  async function check(uri: string): Promise<void> {
    const document = documents.all.get(uri);
    if (document === undefined) return;
    const { version } = document;
    const compilePattern = mayHavePatterns(document.getText()) ? await loadPatterns() : undefined;
    const diagnostics = await documents.answer(
      { textDocument: document },
      {
        inPrompt: context => findingsOf(context, compilePattern),
        inSamples: ({ samples, prompt }) => diagnoseSamples(samples.text, prompt),
        result: (found, { convert }) => convert.diagnostics(found),
        inOtherText: true,
      },
    );
    if (diagnostics === null || documents.all.get(uri)?.version !== version) return;
    await connection.sendDiagnostics({ uri, version, diagnostics });
  }
  const soon = (uri: string, delay: number): void => {
    clearTimeout(timers.get(uri));
    const timer = setTimeout(() => {
      timers.delete(uri);
      check(uri).catch((error: unknown) => {
        // Changed in the meantime, so another check is scheduled.
        if (!(error instanceof ResponseError)) report(error);
      });
    }, delay);
    timers.set(uri, timer);
  };
  const others = (except?: string): void => {
    // A document that is already scheduled will see the change.
    for (const uri of documents.all.keys())
      if (uri !== except && !timers.has(uri)) soon(uri, OTHERS_SETTLE_MS);
  };
  return {
    changed({ uri }) {
      soon(uri, SETTLE_MS);
      others(uri);
    },
    focused: uri => soon(uri, SETTLE_MS),
    all: () => others(),
    closed(uri) {
      clearTimeout(timers.get(uri));
      timers.delete(uri);
      others();
      void connection.sendDiagnostics({ uri, diagnostics: [] });
    },
  };
}
