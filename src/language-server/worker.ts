/** The language server in a thread of the extension, which reports the files and the role of each document. */
import { parentPort } from 'node:worker_threads';
import {
  BulkRegistration,
  CodeActionRequest,
  CompletionRequest,
  DefinitionRequest,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  LinkedEditingRangeRequest,
  ReferencesRequest,
  RenameRequest,
  SelectionRangeRequest,
  SemanticTokensRegistrationType,
} from 'vscode-languageserver';
import { createConnection, PortMessageReader, PortMessageWriter } from 'vscode-languageserver/node';
import { TRIGGERS } from '../language/features/completion/triggers.ts';
import {
  BusyNotification,
  FilesNotification,
  FocusNotification,
  type InitializationOptions,
  PlacesNotification,
  type ProjectSettings,
  ReadFileRequest,
  type Selectors,
} from './messages.ts';
import { languageServer, SEMANTIC_TOKENS, SYNC } from './server.ts';
import { ToldProject } from './told-project.ts';

if (parentPort === null) throw new Error('This file runs as a worker thread.');

const port = parentPort;
const connection = createConnection(new PortMessageReader(port), new PortMessageWriter(port));
const project = new ToldProject(async uri => {
  const text = await connection.sendRequest(ReadFileRequest, { uri }).catch(() => null);
  return text ?? undefined;
});
const { documents, diagnostics, report, answer } = languageServer(connection, {
  projects: project,
  // Posted directly, because the connection would send it only after the work.
  onBusy: params => port.postMessage({ jsonrpc: '2.0', method: BusyNotification.method, params }),
});

let selectors: Selectors;
connection.onInitialize(({ capabilities, initializationOptions }) => {
  const options = initializationOptions as InitializationOptions;
  ({ selectors } = options);
  project.frontMatterKeys = options.settings.frontMatterKeys;
  documents.refuse(options.refused);
  answer({ capabilities, isExtension: true });
  return { capabilities: SYNC };
});
connection.onInitialized(() => {
  const { samples } = selectors;
  connection.client.register(features(selectors)).catch(report);
  // Registered separately, because a bulk accepts each feature only once.
  const inSamples = { documentSelector: samples, triggerCharacters: [' '] };
  connection.client.register(CompletionRequest.type, inSamples).catch(report);
});
connection.onDidChangeConfiguration(({ settings }: { settings: ProjectSettings }) => {
  project.frontMatterKeys = settings.frontMatterKeys;
  diagnostics.all();
});
connection.onNotification(FilesNotification, ({ files, gone }) => {
  project.setFiles(files, gone);
  diagnostics.all();
});
connection.onNotification(PlacesNotification, ({ places }) => {
  for (const { uri, place } of places) {
    project.setPlace(uri, place);
    const document = documents.all.get(uri);
    if (document === undefined) continue;
    documents.take(document).catch(report);
    diagnostics.changed(document);
  }
});
connection.onNotification(FocusNotification, ({ uri }) => diagnostics.focused(uri));
connection.listen();

/** The features, each with the documents that the extension selects for it. */
function features({ prompts, written, samples, included }: Selectors): BulkRegistration {
  const all = { documentSelector: [...prompts, ...samples] };
  const edited = { documentSelector: [...written, ...samples] };
  const bulk = BulkRegistration.create();
  bulk.add(CompletionRequest.type, { documentSelector: written, triggerCharacters: [...TRIGGERS] });
  bulk.add(HoverRequest.type, all);
  bulk.add(DefinitionRequest.type, all);
  bulk.add(ReferencesRequest.type, all);
  bulk.add(RenameRequest.type, { ...edited, prepareProvider: true });
  bulk.add(CodeActionRequest.type, { ...edited, codeActionKinds: ['quickfix'] });
  bulk.add(DocumentFormattingRequest.type, { documentSelector: written });
  bulk.add(LinkedEditingRangeRequest.type, { documentSelector: written });
  bulk.add(DocumentSymbolRequest.type, { documentSelector: prompts });
  bulk.add(FoldingRangeRequest.type, { documentSelector: prompts });
  bulk.add(SelectionRangeRequest.type, { documentSelector: prompts });
  bulk.add(SemanticTokensRegistrationType.type, {
    documentSelector: [...prompts, ...included],
    ...SEMANTIC_TOKENS,
  });
  return bulk;
}
