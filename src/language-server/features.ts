/** Answers requests for language features with the language core. */
import {
  type CancellationToken,
  type ClientCapabilities,
  type CodeAction,
  CodeActionKind,
  type Connection,
  type Diagnostic,
  type Range,
  ResponseError,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { complete } from '../language/features/completion/complete.ts';
import { completeSamples } from '../language/features/completion/samples.ts';
import { isValueSpace } from '../language/features/completion/triggers.ts';
import { definition, definitionInSamples } from '../language/features/definition.ts';
import { diagnoseSamples } from '../language/features/diagnostics/diagnose-samples.ts';
import { folding } from '../language/features/folding.ts';
import { format } from '../language/features/format/format.ts';
import { hover } from '../language/features/hover/hover.ts';
import { hoverInSamples } from '../language/features/hover/samples.ts';
import { linkedEditing } from '../language/features/linked-editing.ts';
import type { QuickFix } from '../language/features/quick-fixes/quick-fix.ts';
import { quickFixes } from '../language/features/quick-fixes/quick-fixes.ts';
import { sampleFixes } from '../language/features/quick-fixes/sample-fixes.ts';
import { references, referencesInSamples } from '../language/features/references.ts';
import {
  prepareRename,
  prepareRenameInSamples,
  rename,
  renameInSamples,
} from '../language/features/rename/rename.ts';
import { renamePrompt } from '../language/features/rename/rename-prompt.ts';
import { selectionRanges } from '../language/features/selection-ranges.ts';
import { semanticTokens } from '../language/features/semantic-tokens.ts';
import { symbols } from '../language/features/symbols.ts';
import type { Span } from '../language/results/span.ts';
import { markdown } from './converter.ts';
import type { DocumentRequest, Documents, Feature, RequestContext } from './documents.ts';
import { lastFindingsOf, touching } from './findings.ts';
import { type CodeActionData, RenamePromptRequest } from './messages.ts';
import { newFiles, workspaceEditOf } from './workspace-edit.ts';

/** Capabilities of the client. */
export interface Client {
  readonly capabilities: ClientCapabilities;
  /** True if the client is the extension, which creates files with their content, and has VS Code's commands. */
  readonly isExtension: boolean;
}

export function answerFeatures(connection: Connection, documents: Documents, client: Client): void {
  const { capabilities, isExtension } = client;
  const takesSnippets = capabilities.textDocument?.completion?.completionItem?.snippetSupport === true;
  const about =
    <Params extends DocumentRequest, Found, Result>(feature: (params: Params) => Feature<Found, Result>) =>
    (params: Params, token: CancellationToken): Promise<Result | null> =>
      documents.answer(params, feature(params), token);

  const completion = about(() => ({
    inPrompt: ({ prompt, library, offset }) => complete(prompt, offset, library),
    inSamples: ({ samples, prompt, offset }) => completeSamples(samples, prompt, offset),
    result: (items, { convert }) => items.map(item => convert.completion(item, takesSnippets, isExtension)),
  }));
  connection.onCompletion((params, token) => {
    if (params.context?.triggerCharacter === ' ') {
      const { line, character } = params.position;
      const range = { start: { line, character: 0 }, end: { line, character } };
      const text = documents.all.get(params.textDocument.uri)?.getText(range);
      if (text === undefined || !isValueSpace(text)) return null;
    }
    return completion(params, token);
  });
  connection.onHover(
    about(() => ({
      inPrompt: ({ prompt, library, offset }) => hover(prompt, offset, library),
      inSamples: ({ samples, prompt, offset }) => hoverInSamples(samples.text, prompt, offset),
      result: (found, { convert }) =>
        found ? { range: convert.range(found.span), contents: markdown(found.markdown) } : null,
    })),
  );
  connection.onDefinition(
    about(() => ({
      inPrompt: ({ prompt, library, offset }) => definition(prompt, offset, library),
      inSamples: ({ samples, library, offset }) => definitionInSamples(samples, offset, library),
      result: (found, { convert }) => convert.locations(found),
    })),
  );
  connection.onReferences(
    about(({ context: { includeDeclaration } }) => ({
      inPrompt: ({ prompt, library, offset }) => references(prompt, offset, library, includeDeclaration),
      inSamples: ({ samples, library, offset }) =>
        referencesInSamples(samples, offset, library, includeDeclaration),
      result: (found, { convert }) => convert.locations(found),
    })),
  );
  connection.onPrepareRename(
    about(() => ({
      inPrompt: ({ prompt, library, offset }) => prepareRename(prompt, offset, library),
      inSamples: ({ samples, library, offset }) => prepareRenameInSamples(samples, offset, library),
      result: ({ span, text }, { convert }) => ({ range: convert.range(span), placeholder: text }),
    })),
  );
  connection.onRenameRequest(
    about(({ newName }) => ({
      inPrompt: ({ prompt, library, offset }) => rename(prompt, offset, newName, library),
      inSamples: ({ samples, library, offset }) => renameInSamples(samples, offset, newName, library),
      result: (change, context) => workspaceEditOf(change, context, capabilities),
    })),
  );
  connection.onRequest(
    RenamePromptRequest,
    about(({ toName }) => ({
      inPrompt: ({ prompt, library }) => renamePrompt(prompt, toName, library),
      // The client renames the files itself.
      result: ({ edits }, context) => workspaceEditOf({ edits }, context, capabilities),
    })),
  );
  connection.onDocumentFormatting(
    about(({ options: { tabSize, insertSpaces } }) => ({
      inPrompt: ({ prompt }) => format(prompt.analysis, { tabSize, insertSpaces }),
      result: (edits, { convert }) => edits.map(edit => convert.edit(edit)),
      needsNoFiles: true,
    })),
  );
  connection.onCodeAction(
    about(({ range, context: { diagnostics } }) => ({
      inPrompt: context => {
        const { prompt, library, document } = context;
        return touching(lastFindingsOf(context), spanOf(document, range)).map(
          finding => [finding, quickFixes(prompt, finding, library)] as const,
        );
      },
      inSamples: ({ samples, prompt, document }) =>
        touching(diagnoseSamples(samples.text, prompt), spanOf(document, range)).map(
          finding => [finding, sampleFixes(samples, prompt, finding)] as const,
        ),
      result: (found, context) =>
        found.flatMap(([{ code, span }, fixes]) => {
          const place = JSON.stringify(context.convert.range(span));
          const fixed = diagnostics.filter(
            each => each.code === code && JSON.stringify(each.range) === place,
          );
          return fixes.flatMap(fix => codeAction(fix, fixed, context, client) ?? []);
        }),
    })),
  );
  connection.onDocumentSymbol(
    about(() => ({
      inPrompt: ({ prompt }) => symbols(prompt.analysis),
      result: (found, { convert }) => convert.symbols(found),
      needsNoFiles: true,
    })),
  );
  connection.onFoldingRanges(
    about(() => ({
      inPrompt: ({ prompt }) => folding(prompt.analysis),
      result: (found, { convert }) => convert.folds(found),
      needsNoFiles: true,
    })),
  );
  connection.onSelectionRanges(
    about(({ positions }) => ({
      inPrompt: ({ prompt, document }) =>
        positions.map(position => selectionRanges(prompt.analysis, document.offsetAt(position))),
      result: (found, { convert }) => found.map(spans => convert.selection(spans)),
      needsNoFiles: true,
    })),
  );
  connection.languages.onLinkedEditingRange(
    about(() => ({
      inPrompt: ({ prompt, offset }) => linkedEditing(prompt.analysis, offset),
      result: (spans, { convert }) => spans && { ranges: spans.map(span => convert.range(span)) },
      needsNoFiles: true,
    })),
  );
  const tokens = about(({ range }: DocumentRequest & { readonly range?: Range }) => ({
    inPrompt: ({ prompt, document }) => {
      const found = semanticTokens(prompt.analysis);
      const within = range && spanOf(document, range);
      return within ? found.filter(({ span }) => span.end > within.start && span.start < within.end) : found;
    },
    result: (found, { convert, opened }) =>
      convert.tokens(found, { withUndeclared: opened.role !== 'text', isExtension }),
    inOtherText: true,
    needsNoFiles: true,
  }));
  connection.languages.semanticTokens.on(async (params, token) => (await tokens(params, token)) ?? NO_TOKENS);
  connection.languages.semanticTokens.onRange(
    async (params, token) => (await tokens(params, token)) ?? NO_TOKENS,
  );
}

const NO_TOKENS = { data: [] };

function spanOf(document: TextDocument, { start, end }: Range): Span {
  return { start: document.offsetAt(start), end: document.offsetAt(end) };
}

/** Undefined for a fix that the client cannot make. @param diagnostics the client's diagnostics that it fixes */
function codeAction(
  { title, isPreferred, change }: QuickFix,
  diagnostics: Diagnostic[],
  context: RequestContext,
  { capabilities, isExtension }: Client,
): CodeAction | undefined {
  const action = { title, kind: CodeActionKind.QuickFix, isPreferred, diagnostics };
  if (isExtension) {
    const data: CodeActionData = { creates: newFiles(change, context.opened) };
    return { ...action, data, edit: workspaceEditOf({ ...change, creates: [] }, context, capabilities) };
  }
  try {
    return { ...action, edit: workspaceEditOf(change, context, capabilities) };
  } catch (error) {
    if (error instanceof ResponseError) return undefined;
    throw error;
  }
}
