/** A change of the language core's as a client applies it: edits in any file, then files that are renamed or new. */
import { pathToFileURL } from 'node:url';
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
import { PROMPT_FILE_EXTENSION, type PromptName } from '../core/name.ts';
import { SAMPLES_EXTENSION } from '../language-worker/contract.ts';
import type { PlacedChange } from '../language-worker/queries.ts';
import type { PromptProject } from './project.ts';

/** @throws ResponseError `RequestFailed` where files must be renamed or made and the client cannot do that */
export function workspaceEditOf(
  { edits, renames, creates }: PlacedChange,
  project: PromptProject,
  { workspace }: ClientCapabilities,
  uriOf: (uri: string) => string,
): WorkspaceEdit {
  const { documentChanges = false, resourceOperations = [] } = workspace?.workspaceEdit ?? {};
  const changes = edits.map(({ uri, edits: each }) => ({
    uri: uriOf(uri),
    edits: each.map(({ range, text }) => TextEdit.replace(range, text)),
  }));
  const needs = [...(renames.length > 0 ? ['rename'] : []), ...(creates.length > 0 ? ['create'] : [])];
  if (needs.some(each => !(resourceOperations as readonly string[]).includes(each)))
    throw new ResponseError(
      LSPErrorCodes.RequestFailed,
      'This also renames or creates a file, which your editor does not do for a language server. Rename the file yourself, or use "promptforge new".',
    );
  // Neovim says that it renames files, and not that it takes them with edits, which it does.
  if (!documentChanges && needs.length === 0)
    return { changes: Object.fromEntries(changes.map(({ uri, edits: each }) => [uri, each])) };
  return {
    documentChanges: [
      ...changes.map(({ uri, edits: each }) => TextDocumentEdit.create({ uri, version: null }, each)),
      ...renames.map(({ from, toName }) => RenameFile.create(uriOf(from), fileUri(project, toName, from))),
      ...creates.flatMap(({ name, text }) => {
        const uri = fileUri(project, name);
        const start = { line: 0, character: 0 };
        return [
          CreateFile.create(uri, { ignoreIfExists: true }),
          TextDocumentEdit.create({ uri, version: null }, [TextEdit.insert(start, text)]),
        ];
      }),
    ],
  };
}

/** Prompts and samples keep their extension. */
function fileUri(project: PromptProject, name: string, like = ''): string {
  const extension = like.endsWith(SAMPLES_EXTENSION) ? SAMPLES_EXTENSION : PROMPT_FILE_EXTENSION;
  return pathToFileURL(project.fileOf(name as PromptName, extension)).href;
}
