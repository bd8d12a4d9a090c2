/** Open documents and a client of the server in a real thread, which is replaced when it ends: as the extension has them. */
import assert from 'node:assert/strict';
import {
  CancellationToken,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  type DocumentSymbol,
  InitializeRequest,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { patience } from '../../scripts/host/patience.ts';
import { parsePromptName } from '../../src/core/name.ts';
import type { FileEntry, FileRole, Place } from '../../src/language-server/files.ts';
import {
  FilesNotification,
  FocusNotification,
  type InitializationOptions,
  PlacesNotification,
} from '../../src/language-server/messages.ts';
import { WatchedWorker, type WatchedWorkerOptions } from '../../src/language-server/watched-worker.ts';

const WORKERS = {
  real: '../../src/language-server/worker.ts',
  faulty: './faulty-worker.ts',
  missing: './there-is-none.ts',
} as const;

/** For a worker that does answer: the thread of a busy machine may get its turn late. In milliseconds. */
const LONG = patience(120_000);

export class AnEditor implements AsyncDisposable {
  readonly documents = new Map<string, { readonly document: TextDocument; readonly place: Place }>();
  readonly logged: string[] = [];
  restarts = 0;
  readonly #files = new Map<string, FileEntry>();
  readonly #worker: WatchedWorker;
  readonly #options: Omit<WatchedWorkerOptions, 'answerLimit'> & { answerLimit: number };
  #connection: Promise<ProtocolConnection>;
  #published = new EventTarget();
  #isOver = false;
  #areFilesTold: boolean;

  /** @param areFilesTold false where the server waits for the files, until `setFiles` */
  constructor({
    worker = 'real',
    areFilesTold = true,
  }: { worker?: keyof typeof WORKERS; areFilesTold?: boolean } = {}) {
    this.#areFilesTold = areFilesTold;
    this.#options = {
      url: new URL(WORKERS[worker], import.meta.url),
      log: message => this.logged.push(message),
      startLimit: LONG,
      answerLimit: LONG,
    };
    this.#worker = new WatchedWorker(this.#options);
    this.#connection = this.#connect();
    this.#connection.catch(() => undefined);
  }

  /** Runs `ask`, which no server answers, with a client that waits only a moment. */
  async impatiently<T>(ask: () => Promise<T>): Promise<T> {
    this.#options.answerLimit = 100;
    try {
      return await ask();
    } finally {
      this.#options.answerLimit = LONG;
    }
  }

  /** Opens the prompt of that name, or its samples. @returns the document's URI */
  open(
    name: string,
    text: string,
    role: FileRole = 'prompt',
    uri = `file:///prompts/${name}${role === 'samples' ? '.samples.yaml' : '.prompt'}`,
  ): string {
    const document = TextDocument.create(uri, 'dotprompt', 1, text);
    const place = { role, name: parsePromptName(name), folder: 'file:///prompts' };
    this.documents.set(uri, { document, place });
    this.#tell(this.#opening(uri));
    return uri;
  }

  /** Puts `text` for `length` code units from `offset` on. */
  edit(uri: string, offset: number, length: number, text: string): void {
    const { document } = this.#known(uri);
    const range = { start: document.positionAt(offset), end: document.positionAt(offset + length) };
    this.change(uri, [{ range, text }]);
  }

  change(uri: string, contentChanges: Parameters<typeof TextDocument.update>[1]): void {
    const { document } = this.#known(uri);
    const version = document.version + 1;
    TextDocument.update(document, contentChanges, version);
    this.#tell(connection =>
      connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version },
        contentChanges,
      }),
    );
  }

  /** Puts another text in the place of all. */
  write(uri: string, text: string): void {
    this.change(uri, [{ text }]);
  }

  close(uri: string): void {
    this.documents.delete(uri);
    this.#tell(connection =>
      connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } }),
    );
  }

  setFiles(files: readonly FileEntry[]): void {
    for (const file of files) this.#files.set(file.uri, file);
    this.#tell(connection => {
      // Not before: a connection that is being made would tell them first, ahead of what was sent before this.
      this.#areFilesTold = true;
      return connection.sendNotification(FilesNotification, { files, gone: [] });
    });
  }

  removeFiles(gone: readonly string[]): void {
    for (const uri of gone) this.#files.delete(uri);
    this.#tell(connection => connection.sendNotification(FilesNotification, { files: [], gone }));
  }

  /** Null for a document that is not open or that the server refuses; undefined where it ended over it. */
  async ask<Answer>(
    method: string,
    uri: string,
    params: object = {},
    token = CancellationToken.None,
  ): Promise<Answer | null | undefined> {
    const connection = await this.#connection;
    const ended = new Promise<undefined>(resolve => connection.onDispose(() => resolve(undefined)));
    return Promise.race([
      ended,
      connection.sendRequest<Answer>(method, { textDocument: { uri }, ...params }, token),
    ]);
  }

  /** The problems that the server finds when somebody looks at the document; undefined as for `ask`. */
  async findings(uri: string): Promise<readonly Diagnostic[] | undefined> {
    const connection = await this.#connection;
    const { promise, resolve } = Promise.withResolvers<readonly Diagnostic[] | undefined>();
    connection.onDispose(() => resolve(undefined));
    this.#published.addEventListener(uri, event => {
      const { version, diagnostics } = (event as CustomEvent<PublishDiagnosticsParams>).detail;
      // Those of a document that was closed have none.
      if (version !== undefined) resolve(diagnostics);
    });
    await connection.sendNotification(FocusNotification, { uri });
    return promise;
  }

  async codes(uri: string): Promise<unknown[] | undefined> {
    return (await this.findings(uri))?.map(({ code }) => code);
  }

  symbols(uri: string): Promise<DocumentSymbol[] | null | undefined> {
    return this.ask('textDocument/documentSymbol', uri);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#worker.dispose();
  }

  #known(uri: string) {
    const known = this.documents.get(uri);
    assert.ok(known);
    return known;
  }

  #tell(send: (connection: ProtocolConnection) => Promise<void>): void {
    // One that ends is told all again.
    this.#connection.then(send).catch(() => undefined);
  }

  /** Tells the document as it is now. */
  #opening(uri: string): (connection: ProtocolConnection) => Promise<void> {
    const { document, place } = this.#known(uri);
    const { version, languageId } = document;
    const textDocument = { uri, languageId, version, text: document.getText() };
    return connection => {
      void connection.sendNotification(PlacesNotification, { places: [{ uri, place }] });
      return connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
    };
  }

  async #connect(): Promise<ProtocolConnection> {
    const openings = [...this.documents.keys()].map(uri => this.#opening(uri));
    const { reader, writer } = await this.#worker.connect();
    const connection = createProtocolConnection(reader, writer);
    connection.onError(() => undefined); // it is logged
    connection.onClose(() => {
      connection.dispose();
      if (this.#isOver) return;
      this.restarts += 1;
      this.#connection = this.#connect();
      this.#connection.catch(() => undefined);
    });
    connection.onNotification(PublishDiagnosticsNotification.type, detail => {
      this.#published.dispatchEvent(new CustomEvent(detail.uri, { detail }));
    });
    connection.onRequest('client/registerCapability', () => undefined);
    connection.listen();
    const initializationOptions: InitializationOptions = {
      settings: { frontMatterKeys: [] },
      selectors: { prompts: [], written: [], samples: [], included: [] },
      refused: this.#worker.refused,
    };
    await connection.sendRequest(InitializeRequest.type, {
      processId: null,
      rootUri: null,
      capabilities: {},
      initializationOptions,
    });
    await connection.sendNotification('initialized', {});
    for (const open of openings) void open(connection);
    const files = [...this.#files.values()];
    if (this.#areFilesTold) await connection.sendNotification(FilesNotification, { files, gone: [] });
    return connection;
  }
}
