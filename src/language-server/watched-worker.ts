/**
 * Runs the language server in a worker thread. A worker that ends, or works on one document for too long, is replaced
 * when the client connects again, and the new one is not asked about the document that made it fail.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  DidCloseTextDocumentNotification,
  type Message,
  type MessageReader,
  type MessageWriter,
  PortMessageReader,
  PortMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { BusyNotification, type VersionedDocument } from './messages.ts';

/** In milliseconds. */
const START_LIMIT = 20_000;
const ANSWER_LIMIT = 10_000;
/** Delay before restarting a server that did not fail at a document, doubled each time. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 60_000;
/** Enough for the largest workspaces, but not all of the machine's memory. */
const MAX_HEAP_MB = 1024;

export interface WatchedWorkerOptions {
  /** The file URL of the built `worker.ts`: `dist/language-server.js`. */
  readonly url: URL;
  readonly log: (message: string) => void;
  /** The time limit for a worker to start, in milliseconds. */
  readonly startLimit?: number;
  /** The time limit for work on one document, in milliseconds. */
  readonly answerLimit?: number;
}

export interface Transports {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
}

export class WatchedWorker {
  readonly #options: WatchedWorkerOptions;
  /** The version of each document that made a worker fail, by URI. */
  readonly #refused = new Map<string, number>();
  #worker: Worker | undefined;
  /** The number of failures since the last answer. */
  #failures = 0;
  #isDisposed = false;

  constructor(options: WatchedWorkerOptions) {
    this.#options = options;
  }

  /** Documents about which a new worker must not answer requests. */
  get refused(): VersionedDocument[] {
    return [...this.#refused].map(([uri, version]) => ({ uri, version }));
  }

  /** Starts a worker. The reader closes when the worker ends. */
  async connect(): Promise<Transports> {
    if (this.#failures > 0) await delay(Math.min(FIRST_DELAY * 2 ** (this.#failures - 1), LONGEST_DELAY));
    if (this.#isDisposed) throw new Error('The language server is not started any more.');
    const worker = new Worker(this.#options.url, {
      name: 'promptforge-language',
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
      // The worker's output would appear in the host's own log.
      stdout: true,
      stderr: true,
    });
    this.#worker = worker;
    this.#watch(worker);
    return { reader: new WorkerReader(worker), writer: new WorkerWriter(worker, uri => this.#closed(uri)) };
  }

  /** Call after shutting down the connection, or instead. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#worker?.terminate();
  }

  #watch(worker: Worker): void {
    let busy: VersionedDocument | null = null;
    let why: string | undefined;
    let timer: NodeJS.Timeout;
    const limit = (time: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        why ??= `did not answer for ${time / 1000} s`;
        void worker.terminate();
      }, time);
    };
    limit(this.#options.startLimit ?? START_LIMIT);
    worker.on('message', ({ method, params }: { method?: string; params?: VersionedDocument | null }) => {
      clearTimeout(timer);
      this.#failures = 0;
      if (method !== BusyNotification.method) return;
      busy = params ?? null;
      if (busy !== null) limit(this.#options.answerLimit ?? ANSWER_LIMIT);
    });
    worker.on('error', error => {
      why ??= `ended: ${error.message}`;
    });
    worker.on('exit', code => {
      clearTimeout(timer);
      if (this.#isDisposed || (code === 0 && why === undefined)) return;
      if (busy === null) this.#failures += 1;
      else this.#refused.set(busy.uri, busy.version);
      const at = busy === null ? '' : ` while working on ${busy.uri}`;
      this.#options.log(`The language server ${why ?? `ended with ${code}`}${at}. A new one takes over.`);
    });
  }

  /** Version numbers start from 1 again, and the document may have another text when it is reopened. */
  #closed(uri: string): void {
    this.#refused.delete(uri);
  }
}

class WorkerReader extends PortMessageReader {
  constructor(worker: Worker) {
    super(worker);
    worker.once('exit', () => this.fireClose());
  }
}

class WorkerWriter extends PortMessageWriter {
  readonly #onClosed: (uri: string) => void;

  constructor(worker: Worker, onClosed: (uri: string) => void) {
    super(worker);
    this.#onClosed = onClosed;
  }

  override write(message: Message): Promise<void> {
    const { method, params } = message as { method?: string; params?: { textDocument: { uri: string } } };
    if (method === DidCloseTextDocumentNotification.method && params) this.#onClosed(params.textDocument.uri);
    return super.write(message);
  }
}
