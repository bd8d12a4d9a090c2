/** The language features: each request about a document, answered by the language core. */
import {
  type ClientCapabilities,
  type Connection,
  LSPErrorCodes,
  type Position,
  type Range,
  ResponseError,
  type TextDocuments,
  TextEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { isValueSpace } from '../language/completion/triggers.ts';
import type { Span } from '../language/span.ts';
import type { PlacedLocation, Queries, QueryMethod, Refusal } from '../language-worker/queries.ts';
import type { OpenDocuments } from './documents.ts';
import type { PromptProject } from './project.ts';
import { actionOf, completionOf, foldOf, markdown, nested, symbolOf } from './to-lsp.ts';
import { workspaceEditOf } from './workspace-edit.ts';

interface At {
  readonly textDocument: { readonly uri: string };
  readonly position: Position;
}

export function answerFeatures(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  open: OpenDocuments,
  client: ClientCapabilities,
): void {
  const takesSnippets = client.textDocument?.completion?.completionItem?.snippetSupport === true;

  /** Of the text that the client has now; undefined for a document that is not open. */
  async function ask<Method extends QueryMethod>(
    uri: string,
    method: Method,
    params: (document: TextDocument) => Queries[Method]['params'],
  ): Promise<{ answer: Queries[Method]['answer']; project: PromptProject } | undefined> {
    const document = documents.get(uri);
    if (document === undefined) return undefined;
    await open.take(document);
    const opened = open.of(uri);
    const project = await opened?.project;
    if (opened === undefined || project === undefined) return undefined;
    const answer = await project.ask(method, opened.uri, params(document));
    return answer === undefined ? undefined : { answer: answer as Queries[Method]['answer'], project };
  }
  const askAt = <Method extends 'complete' | 'hover' | 'definition' | 'prepareRename' | 'linkedEditing'>(
    { textDocument, position }: At,
    method: Method,
  ) => ask<Method>(textDocument.uri, method, document => ({ offset: document.offsetAt(position) }));
  const locations = (found: readonly PlacedLocation[] = []) =>
    found.map(({ uri, range }) => ({ uri: open.written(uri), range }));

  connection.onCompletion(async params => {
    if (params.context?.triggerCharacter === ' ') {
      const { line, character } = params.position;
      const text = documents.get(params.textDocument.uri)?.getText({
        start: { line, character: 0 },
        end: { line, character },
      });
      if (text === undefined || !isValueSpace(text)) return [];
    }
    return (await askAt(params, 'complete'))?.answer.map(item => completionOf(item, takesSnippets)) ?? [];
  });
  connection.onHover(async params => {
    const found = (await askAt(params, 'hover'))?.answer;
    return found === undefined ? null : { range: found.range, contents: markdown(found.markdown) };
  });
  connection.onDefinition(async params => locations((await askAt(params, 'definition'))?.answer));
  connection.onReferences(async ({ textDocument, position, context: { includeDeclaration } }) => {
    const found = await ask(textDocument.uri, 'references', document => ({
      offset: document.offsetAt(position),
      includeDeclaration,
    }));
    return locations(found?.answer);
  });
  connection.onPrepareRename(async params => {
    const found = (await askAt(params, 'prepareRename'))?.answer;
    if (found === undefined) return null;
    const { range, text: placeholder } = unlessRefused(found);
    return { range, placeholder };
  });
  connection.onRenameRequest(async ({ textDocument, position, newName }) => {
    const found = await ask(textDocument.uri, 'rename', document => ({
      offset: document.offsetAt(position),
      newName,
    }));
    if (found === undefined) return null;
    return workspaceEditOf(unlessRefused(found.answer), found.project, client, uri => open.written(uri));
  });
  connection.onDocumentFormatting(async ({ textDocument, options: { tabSize, insertSpaces } }) => {
    const found = await ask(textDocument.uri, 'format', () => ({ tabSize, insertSpaces }));
    return found?.answer.map(({ range, text }) => TextEdit.replace(range, text)) ?? [];
  });
  connection.onCodeAction(async ({ textDocument, range, context: { diagnostics } }) => {
    const found = await ask(textDocument.uri, 'quickFixes', document => ({
      span: spanOf(document, range),
    }));
    return found?.answer.flatMap(fix => {
      try {
        const edit = workspaceEditOf(fix.change, found.project, client, uri => open.written(uri));
        return [actionOf(fix, edit, diagnostics)];
      } catch (error) {
        // A fix that this client cannot make is not offered.
        if (error instanceof ResponseError) return [];
        throw error;
      }
    });
  });
  connection.onDocumentSymbol(async ({ textDocument }) =>
    (await ask(textDocument.uri, 'symbols', () => null))?.answer.map(symbolOf),
  );
  connection.onFoldingRanges(async ({ textDocument }) =>
    (await ask(textDocument.uri, 'folding', () => null))?.answer.map(foldOf),
  );
  connection.onSelectionRanges(async ({ textDocument, positions }) => {
    const found = await ask(textDocument.uri, 'selectionRanges', document => ({
      offsets: positions.map(position => document.offsetAt(position)),
    }));
    return found?.answer.map(nested);
  });
  connection.languages.onLinkedEditingRange(async params => {
    const found = (await askAt(params, 'linkedEditing'))?.answer;
    return found === undefined ? null : { ranges: [...found] };
  });
  const tokens = async (uri: string, range?: Range) => {
    const found = await ask(uri, 'tokens', document => ({
      span: range && spanOf(document, range),
    }));
    return { data: [...(found?.answer ?? [])] };
  };
  connection.languages.semanticTokens.on(({ textDocument }) => tokens(textDocument.uri));
  connection.languages.semanticTokens.onRange(({ textDocument, range }) => tokens(textDocument.uri, range));
}

function spanOf(document: TextDocument, { start, end }: Range): Span {
  return { start: document.offsetAt(start), end: document.offsetAt(end) };
}

/** @throws ResponseError `RequestFailed` with why it cannot be */
function unlessRefused<Answer extends object>(answer: Answer | Refusal): Answer {
  if ('refused' in answer) throw new ResponseError(LSPErrorCodes.RequestFailed, answer.refused);
  return answer;
}
