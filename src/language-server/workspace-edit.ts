/** Converts a change of the language core for the client: edits in any file, then renamed and new files. */
import {
  type ClientCapabilities,
  CreateFile,
  LSPErrorCodes,
  RenameFile,
  ResponseError,
  TextDocumentEdit,
  TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { PROMPT_FILE_EXTENSION } from '../core/name.ts';
import type { WorkspaceChange } from '../language/results/edit.ts';
import type { RequestContext } from './documents.ts';

/** @throws ResponseError `RequestFailed` if files must be renamed or created and the client cannot do that */
export function workspaceEditOf(
  change: WorkspaceChange,
  { convert, texts, opened }: RequestContext,
  { workspace }: ClientCapabilities,
): WorkspaceEdit {
  const { documentChanges = false, resourceOperations = [] } = workspace?.workspaceEdit ?? {};
  const { edits, renames = [], creates = [] } = change;
  const changes = [...edits]
    // A published version never changes, even if it is open.
    .filter(([uri]) => uri === opened.uri || texts.openAt(uri)?.role !== 'version')
    .map(([uri, each]) => ({ uri: convert.written(uri), edits: convert.edits(uri, each) }));
  const needs = [...(renames.length > 0 ? ['rename'] : []), ...(creates.length > 0 ? ['create'] : [])];
  if (needs.some(each => !(resourceOperations as readonly string[]).includes(each)))
    throw new ResponseError(
      LSPErrorCodes.RequestFailed,
      'This also renames or creates a file, which your editor does not do for a language server. Rename the file yourself, or use "promptforge new".',
    );
  // Neovim supports renaming files, also together with edits, but does not declare the latter.
  if (!documentChanges && needs.length === 0)
    return { changes: Object.fromEntries(changes.map(({ uri, edits: each }) => [uri, each])) };
  return {
    documentChanges: [
      ...changes.map(({ uri, edits: each }) => TextDocumentEdit.create({ uri, version: null }, each)),
      ...renames.map(({ from, toName }) =>
        RenameFile.create(convert.written(from), texts.renamed(from, toName)),
      ),
      ...newFiles(change, opened).flatMap(({ uri, text }) => {
        const start = { line: 0, character: 0 };
        return [
          CreateFile.create(uri, { ignoreIfExists: true }),
          TextDocumentEdit.create({ uri, version: null }, [TextEdit.insert(start, text)]),
        ];
      }),
    ],
  };
}

/** New files for prompts, in the document's prompts folder. */
export function newFiles(
  { creates = [] }: WorkspaceChange,
  { folder }: RequestContext['opened'],
): { uri: string; text: string }[] {
  return creates.map(({ name, text }) => ({ uri: `${folder}/${name}${PROMPT_FILE_EXTENSION}`, text }));
}
