/** Diagnostics for open prompts and samples, sent when the text has not changed for a moment. */
import { type Connection, ResponseError } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { loadPatterns } from '../core/schema/patterns.ts';
import { diagnoseSamples } from '../language/features/diagnostics/diagnose-samples.ts';
import { mayHavePatterns } from '../language/features/diagnostics/schema-patterns.ts';
import type { Documents } from './documents.ts';
import { findingsOf } from './findings.ts';

/** In milliseconds after the last change. */
const SETTLE_MS = 150;
/** Of documents that the change may concern: partials' users, samples, prompts of samples. */
const OTHERS_SETTLE_MS = 500;

export interface SentDiagnostics {
  /** Looks at a document soon, and at the others a little later. */
  changed(document: TextDocument): void;
  /** Looks at a document soon. */
  focused(uri: string): void;
  /** Looks at all open documents again: what they refer to may have changed. */
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
        // Changed meanwhile: that is looked at soon.
        if (!(error instanceof ResponseError)) report(error);
      });
    }, delay);
    timers.set(uri, timer);
  };
  const others = (except?: string): void => {
    // One that is waited for anyway is seen with what is new.
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
