/** VS Code's client of the language server, which runs in its own thread. */
import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  DidOpenTextDocumentNotification,
  type DidOpenTextDocumentParams,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  State,
} from 'vscode-languageclient';
import type { Place } from '../../language-server/files.ts';
import {
  FilesNotification,
  FocusNotification,
  type InitializationOptions,
  PlacesNotification,
  type ProjectSettings,
  ReadFileRequest,
} from '../../language-server/messages.ts';
import { WatchedWorker } from '../../language-server/watched-worker.ts';
import type { Session } from '../connection/session.ts';
import { fileSchemes } from '../files/paths.ts';
import type { Workbench } from '../workbench.ts';
import { codeActions } from './code-actions.ts';
import { folderOf, placeOfDocument, scopeOf } from './place-of-file.ts';
import { renaming } from './rename.ts';
import { PROMPTS, samplesFiles, writtenPrompts } from './selectors.ts';
import type { TellFiles } from './workspace-files.ts';

export interface RunningClient extends vscode.Disposable {
  readonly client: LanguageClient;
  readonly tellFiles: TellFiles;
}

export interface LanguageClientParts {
  readonly workbench: Pick<Workbench, 'session' | 'prompts' | 'log'>;
  /** The file URL of `dist/language-server.js`. */
  readonly serverUrl: URL;
  /** Other files with expressions. */
  readonly included: readonly vscode.DocumentFilter[];
  /** Called when a new server has started, which only knows the open documents. */
  readonly onRestart: () => void;
}

export function startClient({
  workbench,
  serverUrl,
  included,
  onRestart,
}: LanguageClientParts): RunningClient {
  const { session, log } = workbench;
  const worker = new WatchedWorker({ url: serverUrl, log: message => log.warn(message) });
  const schemes = fileSchemes();
  const selectors = {
    prompts: PROMPTS,
    written: writtenPrompts(schemes),
    samples: samplesFiles(schemes),
    included: included.map(({ pattern }) => ({
      pattern:
        typeof pattern === 'object'
          ? { baseUri: pattern.baseUri.toString(), pattern: pattern.pattern }
          : `${pattern}`,
    })),
  };
  const client = new QuietClient('promptforge', 'PromptForge', () => worker.connect(), {
    documentSelector: [...PROMPTS, ...selectors.samples, ...selectors.included],
    diagnosticCollectionName: 'promptforge.language',
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: (): InitializationOptions => ({
      settings: settingsOf(session),
      selectors,
      refused: worker.refused,
    }),
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({ action: CloseAction.Restart, handled: true }),
    },
    middleware: {
      sendNotification(type, next, params) {
        // The server must know the role of a document when it opens.
        if (typeof type !== 'string' && type.method === DidOpenTextDocumentNotification.method) {
          const { uri } = (params as DidOpenTextDocumentParams).textDocument;
          const document = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri);
          if (document !== undefined) void next(PlacesNotification, placesOf([document], session) as never);
        }
        return next(type, params);
      },
      ...renaming(() => client, workbench),
      ...codeActions,
    },
  });
  const tell = <Params>(
    type: Parameters<typeof client.sendNotification<Params>>[0],
    params: Params,
  ): Promise<void> =>
    // A server that ended gets everything again when it restarts.
    client.sendNotification(type, params as never).catch(() => undefined);
  let scope = scopeOf(session);
  let settings = JSON.stringify(settingsOf(session));
  let starts = 0;
  const following = vscode.Disposable.from(
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Starting) starts += 1;
      if (newState === State.Running && starts > 1) onRestart();
    }),
    session.onDidChange(() => {
      if (scopeOf(session) !== scope) {
        scope = scopeOf(session);
        void tell(PlacesNotification, placesOf(vscode.workspace.textDocuments, session));
      }
      const now = JSON.stringify(settingsOf(session));
      if (now === settings) return;
      settings = now;
      void tell(DidChangeConfigurationNotification.type, { settings: settingsOf(session) });
    }),
    // Files may have been added without an event, so the active one is checked.
    vscode.window.onDidChangeActiveTextEditor(editor => {
      if (editor !== undefined) void tell(FocusNotification, { uri: editor.document.uri.toString() });
    }),
  );
  client.onRequest(ReadFileRequest, async ({ uri }) => {
    const { textOf } = await import('./virtual-prompts.ts');
    return textOf(vscode.Uri.parse(uri, true)).catch(() => null); // deleted since, or not readable
  });
  client.start().catch(() => undefined); // the failure is logged, and the server restarted
  return {
    client,
    tellFiles: (files, gone) => tell(FilesNotification, { files, gone }),
    dispose: () => {
      following.dispose();
      const stopped = client.dispose().catch(() => undefined); // it did not run
      void stopped.then(() => worker.dispose());
    },
  };
}

/** Only logs errors, because nobody explicitly started the server. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

function settingsOf({ project }: Session): ProjectSettings {
  return { frontMatterKeys: project?.frontMatterKeys ?? [] };
}

function placesOf(documents: readonly vscode.TextDocument[], session: Session) {
  const placeOf = (document: vscode.TextDocument): Place => ({
    role: 'text',
    name: undefined,
    ...placeOfDocument(document, session),
    folder: folderOf(document.uri, session).toString(),
  });
  return { places: documents.map(document => ({ uri: document.uri.toString(), place: placeOf(document) })) };
}
