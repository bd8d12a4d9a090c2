/**
 * The language server in a worker thread, as its client sees it. A thread that ends or works on one document for too
 * long is replaced when the client connects again, and is not asked again about the document that it failed at.
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
/** Before a server is started again that failed at no document, doubled each time. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 60_000;
/** Memory for the largest workspaces, not all of the machine's. */
const MAX_HEAP_MB = 1024;

export interface WatchedWorkerOptions {
  /** The file URL of the built `worker.ts`: `dist/language-server.js`. */
  readonly url: URL;
  readonly log: (message: string) => void;
  /** The time a worker may take to start, in milliseconds. */
  readonly startLimit?: number;
  /** The time it may work on one document, in milliseconds. */
  readonly answerLimit?: number;
}

export interface Transports {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
}

export class WatchedWorker {
  readonly #options: WatchedWorkerOptions;
  /** By URI, the version that brought a worker down. */
  readonly #refused = new Map<string, number>();
  #worker: Worker | undefined;
  /** Failures since an answer. */
  #failures = 0;
  #isDisposed = false;

  constructor(options: WatchedWorkerOptions) {
    this.#options = options;
  }

  /** Documents for which a new worker must not answer requests. */
  get refused(): VersionedDocument[] {
    return [...this.#refused].map(([uri, version]) => ({ uri, version }));
  }

  /** Starts a worker. The reader closes when it ends. */
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

  /** After the connection was shut down, or instead. */
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

  /** Versions are counted from 1 again: what is opened next may be another text. */
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
